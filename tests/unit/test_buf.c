// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

static void what_is_put_stays_in_order_while_it_grows(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		buf_put_u64_padded(&b, i, 4);
	assert_int_equal(b.len, 40000);
	assert_memory_equal(b.data, "000000010002", 12);
	assert_memory_equal(b.data + b.len - 8, "99989999", 8);
	assert_false(b.failed);
	buf_free(&b);
}

static void numbers_are_padded_and_never_cut(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_put_u64_padded(&b, 7, 2);
	buf_putc(&b, ' ');
	buf_put_u64_padded(&b, 12345, 3);
	buf_putc(&b, ' ');
	buf_put_u64(&b, UINT64_MAX);
	buf_putc(&b, ' ');
	buf_put_u64(&b, 0);
	assert_text(&b, "07 12345 18446744073709551615 0");
	buf_put_u64_padded(&b, 1, 1000);
	assert_true(b.len <= 32);
	buf_free(&b);
}

static void consume_drops_the_beginning(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "abcdef");
	buf_consume(&b, 0);
	buf_consume(&b, 2);
	assert_string_equal(text_of(&b), "cdef");
	buf_consume(&b, 100);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void an_impossible_size_fails_and_keeps_what_is_there(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "kept");
	assert_null(buf_reserve(&b, SIZE_MAX - 1));
	assert_true(b.failed);
	assert_string_equal(text_of(&b), "kept");
	buf_clear(&b);
	assert_false(b.failed);
	buf_free(&b);
}

static void nothing_put_into_a_fresh_buffer_is_harmless(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_put(&b, "", 0);
	buf_puts(&b, "");
	buf_fill(&b, ' ', 0);
	buf_consume(&b, 0);
	assert_int_equal(b.len, 0);
	assert_false(b.failed);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_stays_in_order_while_it_grows),
		cmocka_unit_test(numbers_are_padded_and_never_cut),
		cmocka_unit_test(consume_drops_the_beginning),
		cmocka_unit_test(an_impossible_size_fails_and_keeps_what_is_there),
		cmocka_unit_test(nothing_put_into_a_fresh_buffer_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
