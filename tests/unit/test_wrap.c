// SPDX-License-Identifier: GPL-2.0-only
/* Lines broken at blanks, as wide as a terminal. */
#include "unit.h"

#include "base/wrap.h"

#include <locale.h>

static struct buf out;

static const char *wrapped(const char *text, size_t width, size_t hang)
{
	buf_clear(&out);
	wrap_lines(&out, text, strlen(text), width, hang);
	return text_of(&out);
}

static const char *line(const char *text, size_t width, size_t hang)
{
	buf_clear(&out);
	wrap_line(&out, text, strlen(text), width, hang);
	return text_of(&out);
}

static void what_fits_stays(void **state)
{
	(void)state;
	assert_string_equal(line("one two three", 13, 2), "one two three");
	assert_string_equal(line("one two three", 0, 2), "one two three");
	assert_string_equal(line("", 5, 2), "");
	assert_string_equal(wrapped("one\n\n two\n", 5, 2), "one\n\n two\n");
}

static void it_is_broken_at_the_last_blank_that_fits(void **state)
{
	(void)state;
	assert_string_equal(line("one two three", 12, 0), "one two\nthree");
	assert_string_equal(line("one two three", 8, 2), "one two\n  three");
	assert_string_equal(line("one two three", 7, 2), "one two\n  three");
	assert_string_equal(line("one two three", 6, 2), "one\n  two\n  three");
	assert_string_equal(line("one two   ", 7, 2), "one two");
}

static void a_word_that_is_too_wide_is_left(void **state)
{
	(void)state;
	assert_string_equal(line("/a/long/path", 5, 2), "/a/long/path");
	assert_string_equal(line("in /a/long/path it is", 5, 2), "in\n  /a/long/path\n  it\n  is");
}

static void a_heading_is_not_broken(void **state)
{
	(void)state;
	assert_string_equal(wrapped("  a name  one two three\nno heading here\n", 20, 10),
			    "  a name  one two\n          three\nno heading here\n");
	assert_string_equal(wrapped("  a name  /long/path\n", 20, 10), "  a name  /long/path\n");
	assert_string_equal(wrapped("  a name  /longer/path\n", 20, 10),
			    "  a name  /longer/path\n");
	assert_string_equal(wrapped("  a name  one two\n", 15, 10), "  a name  one\n       two\n");
	assert_string_equal(wrapped("a sentence of words\n", 12, 10), "a sentence\nof words\n");
}

/* Two cells each. */
static void cells_are_counted_and_not_bytes(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_string_equal(line("\u6f22\u5b57 \u6f22\u5b57", 9, 0), "\u6f22\u5b57 \u6f22\u5b57");
	assert_string_equal(line("\u6f22\u5b57 \u6f22\u5b57", 8, 0), "\u6f22\u5b57\n\u6f22\u5b57");
}

static int tear_down(void **state)
{
	(void)state;
	buf_free(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_stays),
		cmocka_unit_test(it_is_broken_at_the_last_blank_that_fits),
		cmocka_unit_test(a_word_that_is_too_wide_is_left),
		cmocka_unit_test(a_heading_is_not_broken),
		cmocka_unit_test(cells_are_counted_and_not_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
