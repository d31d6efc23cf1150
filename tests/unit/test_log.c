// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/log.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line_with_the_name_of_the_program),
		cmocka_unit_test(a_line_within_it_is_escaped_so_that_none_is_forged),
		cmocka_unit_test(what_a_message_quotes_is_escaped),
		cmocka_unit_test(a_message_beyond_the_room_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
