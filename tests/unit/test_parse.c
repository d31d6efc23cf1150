// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/parse.h"

#include <errno.h>

#define UNTOUCHED 4711

static void numbers_are_digits_within_their_bound(void **state)
{
	static const struct {
		const char *word;
		uint64_t max;
		uint64_t value;
	} good[] = {
		{ "0", 10, 0 },
		{ "0", 0, 0 },
		{ "007", 10, 7 },
		{ "10", 10, 10 },
		{ "3", 3, 3 },
		{ "65535", 65535, 65535 },
		{ "18446744073709551615", UINT64_MAX, UINT64_MAX },
	};
	static const struct {
		const char *word;
		uint64_t max;
	} bad[] = {
		{ "", 10 },         { "-1", 10 },
		{ "+1", 10 },       { " 1", 10 },
		{ "1 ", 10 },       { "0x1", 10 },
		{ "1a", 10 },       { "11", 10 },
		{ "5", 3 },         { "1", 0 },
		{ "1.5", 10 },      { "18446744073709551616", UINT64_MAX },
		{ "\xd9\xa1", 10 }, { "99999999999999999999999", UINT64_MAX },
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(parse_u64(good[i].word, good[i].max, &value), 0);
		assert_int_equal(value, good[i].value);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		value = UNTOUCHED;
		if (parse_u64(bad[i].word, bad[i].max, &value) != -EINVAL)
			fail_msg("'%s' is taken, though the bound is %ju", bad[i].word,
				 (uintmax_t)bad[i].max);
		assert_int_equal(value, UNTOUCHED);
	}
}

static void durations_take_a_unit_or_are_seconds(void **state)
{
	static const struct {
		const char *word;
		uint64_t ns;
	} good[] = {
		{ "0", 0 },
		{ "250ms", 250000000 },
		{ "30s", 30000000000 },
		{ "30", 30000000000 },
		{ "5m", 300000000000 },
		{ "24h", 86400000000000 },
		{ "2d", 172800000000000 },
		{ "18446744073s", 18446744073000000000U },
	};
	static const char *const bad[] = {
		"",    "s",     "ms",    "-1s",          "1.5s",
		"1 s", "1S",    "1w",    "1sec",         "s1",
		"1s ", "1s30m", "1msec", "18446744074s", "99999999999999999999999999999999d",
	};
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(parse_duration(good[i].word, &ns), 0);
		assert_int_equal(ns, good[i].ns);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		ns = UNTOUCHED;
		if (parse_duration(bad[i], &ns) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
		assert_int_equal(ns, UNTOUCHED);
	}
}

static void ports_and_ranges_are_taken_with_their_ends(void **state)
{
	struct port_set set = { 0 };
	const char *bad = NULL;

	(void)state;
	assert_int_equal(parse_ports("22,8000-8100", &set, &bad), 0);
	assert_int_equal(parse_ports("1,65535,443-443", &set, &bad), 0);
	assert_null(bad);
	assert_true(port_set_has(&set, 22));
	assert_true(port_set_has(&set, 8000));
	assert_true(port_set_has(&set, 8050));
	assert_true(port_set_has(&set, 8100));
	assert_true(port_set_has(&set, 1));
	assert_true(port_set_has(&set, 65535));
	assert_true(port_set_has(&set, 443));
	assert_false(port_set_has(&set, 21));
	assert_false(port_set_has(&set, 23));
	assert_false(port_set_has(&set, 7999));
	assert_false(port_set_has(&set, 8101));
	assert_false(port_set_has(&set, 65534));
	port_set_free(&set);
	assert_false(port_set_has(&set, 22));
}

static void ports_that_cannot_be_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *word;
		const char *why;
	} table[] = {
		{ "0", "0 is no port" },        { "65536", "65535" },
		{ "90-80", "wrong way round" }, { "0-80", "0 is no port" },
		{ "80-65536", "65535" },        { "4294967296", "1 to 65535" },
		{ "", "1 to 65535" },           { "http", "1 to 65535" },
		{ "-80", "1 to 65535" },        { "80-", "1 to 65535" },
		{ "80-90-100", "1 to 65535" },  { "22,", "1 to 65535" },
		{ ",22", "1 to 65535" },        { "22 ,80", "1 to 65535" },
		{ "22,80,70000", "65535" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct port_set set = { 0 };
		const char *bad = "";

		if (parse_ports(table[i].word, &set, &bad) != -EINVAL)
			fail_msg("'%s' is taken", table[i].word);
		assert_contains(bad, table[i].why);
		port_set_free(&set);
	}
}

static void the_nearest_word_is_found_or_none(void **state)
{
	static const char *const names[] = { "open", "close", "change", "connect", "accept" };
	char longest[200];

	(void)state;
	assert_string_equal(nearest_word("clsoe", names, COUNT(names)), "close");
	assert_string_equal(nearest_word("conect", names, COUNT(names)), "connect");
	assert_string_equal(nearest_word("opened", names, COUNT(names)), "open");
	assert_string_equal(nearest_word("chang", names, COUNT(names)), "change");
	assert_string_equal(nearest_word("open", names, COUNT(names)), "open");
	assert_null(nearest_word("zzzzzz", names, COUNT(names)));
	assert_null(nearest_word("", names, COUNT(names)));
	assert_null(nearest_word("open", names, 0));
	memset(longest, 'o', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(nearest_word(longest, names, COUNT(names)));
	longest[63] = '\0';
	assert_null(nearest_word(longest, names, COUNT(names)));
}

static void a_list_is_split_at_its_commas(void **state)
{
	char list[] = "a,,b";
	char *rest = list;

	(void)state;
	assert_string_equal(next_word(&rest), "a");
	assert_string_equal(next_word(&rest), "");
	assert_string_equal(next_word(&rest), "b");
	assert_null(next_word(&rest));
	assert_null(next_word(&rest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_digits_within_their_bound),
		cmocka_unit_test(durations_take_a_unit_or_are_seconds),
		cmocka_unit_test(ports_and_ranges_are_taken_with_their_ends),
		cmocka_unit_test(ports_that_cannot_be_are_refused_with_the_reason),
		cmocka_unit_test(the_nearest_word_is_found_or_none),
		cmocka_unit_test(a_list_is_split_at_its_commas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
