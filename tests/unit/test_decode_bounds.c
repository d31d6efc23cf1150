// SPDX-License-Identifier: GPL-2.0-only
/* Records that are cut off, damaged, longer than known, or off alignment; and paths. */
#include "decoding.h"

static void records_off_alignment_decode_alike(void **state)
{
	struct record_view views[RECORDS];
	struct decoded aligned, shifted;

	(void)state;
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t shift = 1; shift < 8; shift++) {
			assert_int_equal(decode_copy(views[i].data, views[i].size, 0, &aligned), 0);
			assert_int_equal(decode_copy(views[i].data, views[i].size, shift, &shifted),
					 0);
			assert_memory_equal(&aligned, &shifted, sizeof(aligned));
		}
	}
}

/* Both cut off, and cut off but saying that it is whole. */
static void every_prefix_of_a_record_is_refused(void **state)
{
	struct record_view views[RECORDS];
	char copy[sizeof(struct records)];

	(void)state;
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t size = 0; size < views[i].size; size++) {
			__u32 said = (__u32)size;

			assert_int_equal(decode_it(views[i].data, size), -EBADMSG);
			memcpy(copy, views[i].data, views[i].size);
			memcpy(copy + offsetof(struct rec_head, size), &said, sizeof(said));
			assert_int_equal(decode_it(copy, size), -EBADMSG);
		}
	}
}

static void any_damaged_byte_gives_badmsg_or_a_record(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct record_view views[RECORDS];
	unsigned char copy[sizeof(struct records)];

	(void)state;
	records_view(&records, views);
	for (size_t i = 0; i < RECORDS; i++) {
		for (size_t at = 0; at < views[i].size * COUNT(values); at++) {
			int err;

			memcpy(copy, views[i].data, views[i].size);
			copy[at / COUNT(values)] = values[at % COUNT(values)];
			err = decode_it(copy, views[i].size);
			assert_true(err == 0 || err == -EBADMSG);
		}
	}
}

static void a_record_larger_than_what_is_left_is_refused(void **state)
{
	(void)state;
	records.open.head.size = sizeof(records.open) + 1;
	assert_refused(records.open);
	records.open.head.size = UINT32_MAX;
	assert_refused(records.open);
}

/* A later kernel side may add fields at the end. */
static void a_record_longer_than_known_is_taken_and_stepped_over(void **state)
{
	struct {
		struct rec_open_socket rec;
		char more[24];
	} longer = { .rec = records.socket, .more = "from a later version" };
	struct decoded out;

	(void)state;
	longer.rec.head.size = sizeof(longer);
	assert_int_equal(decode_copy(&longer, sizeof(longer), 0, &out), 0);
	assert_int_equal(out.size, sizeof(longer));
	assert_the_socket(&out.socket);
}

static void only_its_own_bytes_count_where_more_follow(void **state)
{
	struct rec_port two[2] = { records.open, records.close };
	struct decoded out;

	(void)state;
	assert_int_equal(decode_copy(two, sizeof(two), 0, &out), 0);
	assert_int_equal(out.size, sizeof(*two));
	/* args_len reaches beyond the record, though not beyond the buffer */
	records.args.rec.head.size -= 1;
	assert_refused(records.args);
}

static void set_path(const char *components, size_t len)
{
	memset(records.task.exe, 'x', sizeof(records.task.exe));
	memset(records.task.cgroup, 'x', sizeof(records.task.cgroup));
	memcpy(records.task.exe, components, len);
	memcpy(records.task.cgroup, components, len);
	records.task.exe_len = records.task.cgroup_len = (__u32)len;
}

static void assert_path(const char *components, size_t len, const char *expected)
{
	struct decoded out;

	set_path(components, len);
	assert_int_equal(decode_copy(&records.task, sizeof(records.task), 0, &out), 0);
	assert_string_equal(out.exe, expected);
	assert_string_equal(out.cgroup, expected);
}

static void paths_are_turned_round(void **state)
{
#define ASSERT_PATH(components, expected) assert_path(components, sizeof(components), expected)
	(void)state;
	ASSERT_PATH("bash\0bin\0usr", "/usr/bin/bash");
	ASSERT_PATH("init", "/init");
	ASSERT_PATH("memfd:evil\n", "/memfd:evil\n");
	/* components without a name, as the root of a cgroup tree: nothing at all of them */
	ASSERT_PATH("", "");
	ASSERT_PATH("\0\0", "");
	ASSERT_PATH("x.service\0system.slice\0", "/system.slice/x.service");
	ASSERT_PATH("\0leaf\0\0root\0\0", "/root/leaf");
	assert_path("", 0, "");
}

static void paths_that_fill_their_field_are_whole(void **state)
{
	char components[sizeof(records.task.exe)], expected[2 * sizeof(components)];

	(void)state;
	memset(components, 'n', sizeof(components));
	components[sizeof(components) - 1] = '\0';
	snprintf(expected, sizeof(expected), "/%s", components);
	assert_path(components, sizeof(components), expected);

	for (size_t i = 0; i < sizeof(components); i += 2) {
		memcpy(components + i, "d", 2);
		memcpy(expected + i, "/d", 3);
	}
	assert_path(components, sizeof(components), expected);
}

static void a_path_without_its_nul_is_refused(void **state)
{
	(void)state;
	set_path("bash\0bin", 8);
	assert_refused(records.task);
	records.task.exe_len = 0; /* the cgroup's as well */
	assert_refused(records.task);
}

static void a_path_longer_than_its_field_is_refused(void **state)
{
	static const __u32 lengths[] = { EXE_MAX + NAME_SLACK + 1, 1024, UINT32_MAX };

	(void)state;
	memset(records.task.exe, 0, sizeof(records.task.exe));
	memset(records.task.cgroup, 0, sizeof(records.task.cgroup));
	for (size_t i = 0; i < COUNT(lengths); i++) {
		records.task.exe_len = lengths[i];
		records.task.cgroup_len = 0;
		assert_refused(records.task);
		records.task.exe_len = 0;
		records.task.cgroup_len = lengths[i];
		assert_refused(records.task);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(records_off_alignment_decode_alike, fill),
		cmocka_unit_test_setup(every_prefix_of_a_record_is_refused, fill),
		cmocka_unit_test_setup(any_damaged_byte_gives_badmsg_or_a_record, fill),
		cmocka_unit_test_setup(a_record_larger_than_what_is_left_is_refused, fill),
		cmocka_unit_test_setup(a_record_longer_than_known_is_taken_and_stepped_over, fill),
		cmocka_unit_test_setup(only_its_own_bytes_count_where_more_follow, fill),
		cmocka_unit_test_setup(paths_are_turned_round, fill),
		cmocka_unit_test_setup(paths_that_fill_their_field_are_whole, fill),
		cmocka_unit_test_setup(a_path_without_its_nul_is_refused, fill),
		cmocka_unit_test_setup(a_path_longer_than_its_field_is_refused, fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
