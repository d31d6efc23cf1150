// SPDX-License-Identifier: GPL-2.0-only
/* How the line of a mistake is shown. */
#include "policies.h"

/* What is hostile in a policy, a path say, does not reach the terminal. */
static void problems_are_escaped(void **state)
{
	(void)state;
	assert_contains(said_of("allow tcp/80 exe=/a\033[2J"),
			"\n    allow tcp/80 exe=/a\\x1b[2J\n");
	assert_contains(said_of("allow tcp/80 \033=a"), "unknown key '\\x1b'");
}

static void a_long_line_is_shown_around_the_place(void **state)
{
	struct buf text = { 0 };
	const char *what, *line;

	(void)state;
	buf_puts(&text, "allow tcp/80 exe=/");
	buf_fill(&text, 'a', 500);
	buf_puts(&text, " usr=b exe=/");
	buf_fill(&text, 'c', 500);
	what = said_of(text_of(&text));
	assert_contains(what, ":1:520: error: unknown key 'usr'");
	line = strchr(what, '\n') + 1;
	assert_true(strncmp(line, "    ...aaaa", 11) == 0);
	assert_true(strcspn(line, "\n") < 200);
	/* The caret is below the word. */
	assert_int_equal(strstr(line, "usr=") - line, strchr(line, '^') - (strchr(line, '\n') + 1));
	buf_free(&text);
}

/* A cut does not go back beyond the place, whatever bytes are there. */
static void bytes_that_are_no_characters_are_cut_somewhere(void **state)
{
	struct buf text = { 0 };

	(void)state;
	buf_puts(&text, "allow tcp/80 exe=/");
	for (int i = 0; i < 300; i++)
		buf_putc(&text, (char)0x80);
	assert_contains(said_of(text_of(&text)), ":1:19: error: this byte is no visible text");
	buf_puts(&text, " usr=b");
	for (int i = 0; i < 300; i++)
		buf_putc(&text, (char)0x80);
	assert_contains(said_of(text_of(&text)), "unknown key 'usr'");
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(problems_are_escaped),
		cmocka_unit_test(a_long_line_is_shown_around_the_place),
		cmocka_unit_test(bytes_that_are_no_characters_are_cut_somewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
