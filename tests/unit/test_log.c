// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/log.h"

#include <pty.h>

static int say_it(void *arg)
{
	say("%s", (const char *)arg);
	return 0;
}

static void assert_said(const char *message, const char *expected)
{
	char text[4096];

	captured(STDERR_FILENO, say_it, (void *)message, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void a_message_is_one_line_with_the_name_of_the_program(void **state)
{
	(void)state;
	assert_said("it is so", "porttrace: it is so\n");
	assert_said("", "porttrace: \n");
}

/* A process may call itself so. */
static void a_line_within_it_is_escaped_so_that_none_is_forged(void **state)
{
	(void)state;
	assert_said("first\nporttrace: second", "porttrace: first\\x0aporttrace: second\n");
}

static void what_a_message_quotes_is_escaped(void **state)
{
	(void)state;
	assert_said("comm '\033[2J\xff\r'", "porttrace: comm '\\x1b[2J\\xff\\x0d'\n");
}

static void a_message_beyond_the_room_is_cut(void **state)
{
	char message[3000], text[4096];

	(void)state;
	memset(message, 'm', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	captured(STDERR_FILENO, say_it, message, text, sizeof(text));
	assert_in_range(strlen(text), 500, sizeof(message));
	assert_int_equal(text[strlen(text) - 1], '\n');
}

/* Of 30 columns. */
static void on_a_terminal_it_is_broken_between_words(void **state)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 30 };
	int saved = dup(STDERR_FILENO), terminal, end;
	char text[256];
	ssize_t n;

	(void)state;
	assert_int_equal(openpty(&terminal, &end, NULL, NULL, &size), 0);
	dup2(end, STDERR_FILENO);
	say("there is no policy, and nobody to ask");
	dup2(saved, STDERR_FILENO);
	n = read(terminal, text, sizeof(text) - 1);
	assert_in_range(n, 1, sizeof(text) - 1);
	text[n] = '\0';
	assert_string_equal(text, "porttrace: there is no policy,\r\n  and nobody to ask\r\n");
	close(saved);
	close(end);
	close(terminal);
}

/* Until there is room again nothing is torn, and what was left out is counted. */
static void who_does_not_read_is_not_waited_for_for_ever(void **state)
{
	static char text[256 * 1024];
	int saved = dup(STDERR_FILENO), ends[2];
	size_t len;
	ssize_t n;

	(void)state;
	assert_return_code(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	say_hurry();
	for (int i = 0; i < 5000; i++)
		say("message %d is so long that they fill a pipe", i);
	n = read(ends[0], text, sizeof(text));
	assert_true(n > 0);
	len = (size_t)n;
	say("read again");
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = read(ends[0], text + len, sizeof(text) - len - 1);
	assert_true(n > 0);
	text[len + (size_t)n] = '\0';
	assert_contains(text, "porttrace: message 0 is so");
	assert_contains(text,
			" messages are not here: stderr was not read\nporttrace: read again\n");
	for (char *at = text; *at; at = strchr(at, '\n') + 1)
		assert_memory_equal(at, "porttrace: ", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line_with_the_name_of_the_program),
		cmocka_unit_test(a_line_within_it_is_escaped_so_that_none_is_forged),
		cmocka_unit_test(what_a_message_quotes_is_escaped),
		cmocka_unit_test(a_message_beyond_the_room_is_cut),
		cmocka_unit_test(on_a_terminal_it_is_broken_between_words),
		cmocka_unit_test(
			who_does_not_read_is_not_waited_for_for_ever), /* the last: it stays so */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
