// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/json.h"

static void members_and_elements_are_parted_by_commas(void **state)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_object(&j, NULL);
	json_u64(&j, "v", 1);
	json_object(&j, "inner");
	json_string(&j, "a", "b");
	json_bool(&j, "yes", true);
	json_object_end(&j);
	json_array(&j, "list");
	json_string(&j, NULL, "x");
	json_u64(&j, NULL, 2);
	json_object(&j, NULL);
	json_bool(&j, "no", false);
	json_object_end(&j);
	json_array_end(&j);
	json_u64(&j, "last", 3);
	json_object_end(&j);
	assert_text(&out, "{\"v\":1,\"inner\":{\"a\":\"b\",\"yes\":true},"
			  "\"list\":[\"x\",2,{\"no\":false}],\"last\":3}");
	buf_free(&out);
}

static void empty_objects_arrays_and_strings_stay_empty(void **state)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_object(&j, NULL);
	json_object(&j, "o");
	json_object_end(&j);
	json_array(&j, "a");
	json_array_end(&j);
	json_string(&j, "s", "");
	json_object_end(&j);
	assert_text(&out, "{\"o\":{},\"a\":[],\"s\":\"\"}");
	buf_free(&out);
}

static void numbers_of_64_bits_are_whole(void **state)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_u64(&j, NULL, 0);
	json_u64(&j, NULL, UINT64_MAX);
	assert_text(&out, "0,18446744073709551615");
	buf_free(&out);
}

static void hostile_text_stays_inside_its_string(void **state)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_string(&j, "comm", "\",\"uid\":0,\"x\":\"\\\n\xff");
	assert_text(&out, "\"comm\":\"\\\",\\\"uid\\\":0,\\\"x\\\":\\\"\\\\\\\\x0a\\\\xff\"");
	buf_free(&out);
}

static void text_of_a_length_may_hold_nul(void **state)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	(void)state;
	json_text(&j, "t", "a\0b", 3);
	assert_text(&out, "\"t\":\"a\\\\x00b\"");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_elements_are_parted_by_commas),
		cmocka_unit_test(empty_objects_arrays_and_strings_stay_empty),
		cmocka_unit_test(numbers_of_64_bits_are_whole),
		cmocka_unit_test(hostile_text_stays_inside_its_string),
		cmocka_unit_test(text_of_a_length_may_hold_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
