// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "enrich/mounts.h"

static void parse(struct mounts *mounts, const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	assert_int_equal(mounts_parse(mounts, copy), 0);
	free(copy);
}

static void a_line_gives_device_and_place(void **state)
{
	struct mounts mounts;
	const struct mount_row *row;

	(void)state;
	mounts_init(&mounts, -1);
	parse(&mounts, "27 1 254:16 / / rw,relatime - ext4 /dev/vda rw\n"
		       "90 27 0:31 /@home/u /home rw shared:1 master:2 - btrfs /dev/vdb rw\n");
	assert_int_equal(mounts.n, 2);
	row = mounts_find(&mounts, 90);
	assert_non_null(row);
	assert_int_equal(row->dev, 31);
	assert_string_equal(row->root, "/@home/u");
	assert_string_equal(row->point, "/home");
	assert_int_equal(mounts_find(&mounts, 27)->dev, 254 << 20 | 16);
	assert_null(mounts_find(&mounts, 28));
	mounts_free(&mounts);
}

static void escapes_are_undone(void **state)
{
	struct mounts mounts;

	(void)state;
	mounts_init(&mounts, -1);
	parse(&mounts, "1 1 0:1 /a\\040b\\134c /mnt\\011x\\9 rw - tmpfs none rw\n");
	assert_string_equal(mounts.rows[0].root, "/a b\\c");
	assert_string_equal(mounts.rows[0].point, "/mnt\tx\\9");
	mounts_free(&mounts);
}

static void what_is_no_line_is_left_out(void **state)
{
	struct mounts mounts;

	(void)state;
	mounts_init(&mounts, -1);
	parse(&mounts, "\n1 2\n1 1 01 / / rw - ext4 x rw\n1 1 0:1 / / rw ext4 x rw\n"
		       "7 1 0:1 / / rw - ext4 x rw");
	assert_int_equal(mounts.n, 1);
	assert_int_equal(mounts.rows[0].id, 7);
	mounts_free(&mounts);
}

static void ways_into_a_fuse_are_known(void **state)
{
	struct mounts mounts;

	(void)state;
	mounts_init(&mounts, -1);
	parse(&mounts, "1 1 0:1 / / rw - fuse.overlayfs x rw\n"
		       "2 1 0:2 / /home/u/mnt rw - fuse.sshfs x rw\n"
		       "3 1 0:3 / /media/disk rw - fuseblk x rw\n");
	assert_true(mounts_crosses_fuse(&mounts, "/home/u/mnt/bin/x"));
	assert_true(mounts_crosses_fuse(&mounts, "/home/u/mnt"));
	assert_false(mounts_crosses_fuse(&mounts, "/home/u/mnt2/x"));
	assert_false(mounts_crosses_fuse(&mounts, "/media/disk/x"));
	assert_false(mounts_crosses_fuse(&mounts, "/usr/bin/x"));
	parse(&mounts, "3 1 0:3 / / rw - ext4 x rw\n");
	assert_false(mounts_crosses_fuse(&mounts, "/home/u/mnt/bin/x"));
	mounts_free(&mounts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_gives_device_and_place),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(what_is_no_line_is_left_out),
		cmocka_unit_test(ways_into_a_fuse_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
