// SPDX-License-Identifier: GPL-2.0-only
/* Text into fields, lines that are typed, and text that is scrolled. */
#include "unit.h"

#include "tui/pane.h"
#include "tui/prompt.h"
#include "tui/terminal.h"
#include "tui/text.h"

#include <locale.h>

static struct buf out;

static int utf8(void **state)
{
	(void)state;
	return !setlocale(LC_CTYPE, "C.UTF-8");
}

static int tear_down(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

static void fit(const char *text, size_t width, bool is_end)
{
	text_fit(&out, text, strlen(text), width, is_end, false);
}

static void what_has_room_is_whole(void **state)
{
	(void)state;
	fit("sshd", 4, false);
	assert_text(&out, "sshd");
}

static void what_is_cut_says_so(void **state)
{
	(void)state;
	fit("sshd", 3, false);
	assert_text(&out, "ss…");
	text_fit(&out, "sshd", 4, 3, false, true);
	assert_text(&out, "ss~");
	fit("日本語", 4, false);
	assert_text(&out, "日…");
}

static void no_port_is_ever_cut(void **state)
{
	(void)state;
	fit("192.168.100.100:65535", 15, true);
	assert_text(&out, "192.168.…:65535");
	fit("[2001:db8:85a3::8a2e:370:7334]:65535", 20, true);
	assert_text(&out, "[2001:db8:85…]:65535");
	fit("[2001:db8::1]:65535", 8, true);
	assert_text(&out, "…]:65535");
}

static void lines_are_put_together_again(void **state)
{
	static const char text[] = "one\n  two \033\n\n three\n";

	(void)state;
	text_put_line(&out, text, sizeof(text) - 1);
	assert_text(&out, "one two \\x1b three");
	text_put_line(&out, "", 0);
	assert_text(&out, "");
}

static void what_has_no_cell_of_its_own_is_named(void **state)
{
	(void)state;
	buf_puts(&out, "ss\u200bhd cafe\u0301");
	text_tame(&out, 0, false);
	assert_text(&out, "ss\\u{200b}hd cafe\\u{0301}");
	buf_puts(&out, "é");
	text_tame(&out, 0, false);
	assert_text(&out, "é");
	buf_puts(&out, "é");
	text_tame(&out, 0, true);
	assert_text(&out, "\\u{00e9}");
}

static void keys(struct prompt *prompt, const int *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_true(prompt_key(prompt, of[i]));
}

static void a_line_is_edited_by_characters(void **state)
{
	struct prompt prompt;

	(void)state;
	prompt_set(&prompt, "--tcp 語 x");
	keys(&prompt, (int[]){ KEY_IS_LEFT, KEY_IS_LEFT, KEY_IS_BACKSPACE, 0x20ac, 'e' }, 5);
	assert_string_equal(prompt.text, "--tcp €e x");
	keys(&prompt, (int[]){ KEY_IS_HOME, KEY_IS_DELETE, KEY_IS_RIGHT, 'T' }, 4);
	assert_string_equal(prompt.text, "-Ttcp €e x");
	keys(&prompt, (int[]){ KEY_IS_END, 'w' & 0x1f, 'w' & 0x1f }, 3);
	assert_string_equal(prompt.text, "-Ttcp ");
	keys(&prompt, (int[]){ 'u' & 0x1f, KEY_IS_BACKSPACE, KEY_IS_LEFT, KEY_IS_DELETE }, 4);
	assert_string_equal(prompt.text, "");
	assert_false(prompt_key(&prompt, KEY_IS_F0));
	assert_false(prompt_key(&prompt, 3));
}

static void a_line_has_an_end(void **state)
{
	struct prompt prompt;

	(void)state;
	prompt_set(&prompt, "");
	for (int i = 0; i < PROMPT_MAX; i++)
		prompt_key(&prompt, 0x1f600);
	assert_int_equal(prompt.len, PROMPT_MAX);
	assert_int_equal(prompt.text[PROMPT_MAX], '\0');
}

static const char *line(struct pane *pane, size_t width, size_t wanted)
{
	static char text[128];
	size_t at = 0, n = 0;
	const char *from = "";

	for (size_t i = 0; i <= wanted; i++)
		assert_true(pane_line(pane, width, &at, &from, &n));
	snprintf(text, sizeof(text), "%.*s", (int)n, from);
	return text;
}

static void a_pane_wraps_and_scrolls(void **state)
{
	static const char words[] = "one two three\nabcdefghijklmnop\n\n\033[2J";
	struct pane pane = { 0 };

	(void)state;
	pane_open(&pane, "title", 16, false);
	/* In pieces, as it may come. */
	for (size_t i = 0; i < sizeof(words) - 1; i++)
		assert_int_equal(pane_text(&pane, words + i, 1), 0);
	assert_int_equal(pane_lines(&pane, 10), 6);
	assert_string_equal(line(&pane, 10, 0), "one two");
	assert_string_equal(line(&pane, 10, 1), "three");
	assert_string_equal(line(&pane, 10, 2), "abcdefghij");
	assert_string_equal(line(&pane, 10, 3), "klmnop");
	assert_string_equal(line(&pane, 10, 4), "");
	assert_string_equal(line(&pane, 10, 5), "\\x1b[2J");
	pane_scroll(&pane, 1, 10, 4);
	assert_int_equal(pane.top, 1);
	pane_scroll(&pane, 100, 10, 4);
	assert_int_equal(pane.top, 2);
	assert_true(pane.at_end);
	pane_scroll(&pane, -1, 10, 4);
	assert_int_equal(pane.top, 1);
	assert_false(pane.at_end);
	pane_scroll(&pane, -100, 10, 4);
	assert_int_equal(pane.top, 0);
	pane_close(&pane);
	assert_false(pane.open);
}

/* As "who" on a terminal, whatever the width is by now. */
static void a_pane_goes_on_below_its_values(void **state)
{
	static const char words[] = "  executable    /usr/bin/python3.11, deleted\n";
	struct pane pane = { 0 };

	(void)state;
	pane_open(&pane, "title", 16, false);
	assert_int_equal(pane_text(&pane, words, sizeof(words) - 1), 0);
	assert_string_equal(line(&pane, 40, 0), "  executable    /usr/bin/python3.11,");
	assert_string_equal(line(&pane, 40, 1), "                deleted");
	assert_int_equal(pane_lines(&pane, 80), 1);
	assert_int_equal(pane_text(&pane, "more\n", 5), 0);
	assert_int_equal(pane_lines(&pane, 80), 2);
	pane_close(&pane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_has_room_is_whole, tear_down),
		cmocka_unit_test_teardown(what_is_cut_says_so, tear_down),
		cmocka_unit_test_teardown(no_port_is_ever_cut, tear_down),
		cmocka_unit_test_teardown(lines_are_put_together_again, tear_down),
		cmocka_unit_test_teardown(what_has_no_cell_of_its_own_is_named, tear_down),
		cmocka_unit_test(a_line_is_edited_by_characters),
		cmocka_unit_test(a_line_has_an_end),
		cmocka_unit_test(a_pane_wraps_and_scrolls),
		cmocka_unit_test(a_pane_goes_on_below_its_values),
	};

	return cmocka_run_group_tests(tests, utf8, NULL);
}
