// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/replace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static char folder[64];
static const struct replace_how fresh = { .mode = 0644 }, over = { .mode = 0644, .over = true };

static const char *in_folder(const char *name)
{
	static char path[2][256];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/replace.XXXXXX");
	return !mkdtemp(folder);
}

/* Nothing else may be left in it. */
static size_t entries(void)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(in_folder("a"));
	unlink(in_folder("link"));
	return rmdir(folder);
}

static int put(const char *name, const char *text, const struct replace_how *how)
{
	return replace_file(in_folder(name), text, strlen(text), how);
}

static void assert_file(const char *name, const char *text, mode_t mode)
{
	char got[64];
	struct stat st;
	int fd = open(in_folder(name), O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_return_code(fd, errno);
	n = read(fd, got, sizeof(got) - 1);
	assert_in_range(n, 0, sizeof(got) - 1);
	got[n] = '\0';
	assert_string_equal(got, text);
	assert_return_code(fstat(fd, &st), errno);
	assert_int_equal(st.st_mode & 07777, mode);
	close(fd);
}

static void a_new_file_has_the_text_and_the_mode(void **state)
{
	(void)state;
	umask(077);
	assert_int_equal(replace_check(in_folder("a"), &fresh), 0);
	assert_int_equal(put("a", "one\n", &fresh), 0);
	assert_file("a", "one\n", 0644);
	assert_int_equal(entries(), 1);
}

static void what_is_there_stays_unless_asked(void **state)
{
	(void)state;
	assert_int_equal(put("a", "one\n", &fresh), 0);
	assert_int_equal(replace_check(in_folder("a"), &fresh), -EEXIST);
	assert_int_equal(put("a", "two\n", &fresh), -EEXIST);
	assert_file("a", "one\n", 0644);
	assert_int_equal(put("a", "two\n", &over), 0);
	assert_file("a", "two\n", 0644);
	assert_int_equal(entries(), 1);
}

static void the_old_mode_can_be_kept(void **state)
{
	const struct replace_how keep = { .mode = 0644, .over = true, .keep_mode = true };

	(void)state;
	assert_int_equal(put("a", "one\n", &fresh), 0);
	assert_return_code(chmod(in_folder("a"), 0600), errno);
	assert_int_equal(put("a", "two\n", &keep), 0);
	assert_file("a", "two\n", 0600);
}

static void a_link_is_followed_and_stays(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(put("a", "one\n", &fresh), 0);
	assert_return_code(symlink("a", in_folder("link")), errno);
	assert_int_equal(put("link", "no\n", &fresh), -EEXIST);
	assert_int_equal(put("link", "two\n", &over), 0);
	assert_file("a", "two\n", 0644);
	assert_return_code(lstat(in_folder("link"), &st), errno);
	assert_true(S_ISLNK(st.st_mode));
}

/* By root in no folder, since what it leads to may be a file that root alone can write to. */
static void a_link_of_another_user_is_not_followed(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(put("a", "one\n", &fresh), 0);
	assert_return_code(symlink("a", in_folder("link")), errno);
	assert_return_code(lchown(in_folder("link"), 65534, 65534), errno);
	assert_return_code(chmod(folder, 01777), errno);
	assert_int_equal(replace_check(in_folder("link"), &over), -ELOOP);
	assert_int_equal(put("link", "two\n", &over), -ELOOP);
	assert_file("a", "one\n", 0644);
	assert_return_code(chmod(folder, 0755), errno);
	assert_return_code(chown(folder, 65534, 65534), errno);
	assert_int_equal(put("link", "two\n", &over), -ELOOP);
	assert_file("a", "one\n", 0644);
	assert_int_equal(entries(), 2);
}

static void what_is_no_plain_file_is_left_alone(void **state)
{
	(void)state;
	assert_return_code(mkfifo(in_folder("a"), 0600), errno);
	assert_int_equal(replace_check(in_folder("a"), &over), -EINVAL);
	assert_int_equal(put("a", "two\n", &over), -EINVAL);
	assert_int_equal(replace_file("/dev/null", "x", 1, &over), -EINVAL);
	assert_int_equal(entries(), 1);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(put("none/a", "x", &fresh), -ENOENT);
	assert_int_equal(replace_check(in_folder("none/a"), &fresh), -ENOENT);
	assert_int_equal(put("", "x", &fresh), -EISDIR);
	assert_int_equal(entries(), 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_new_file_has_the_text_and_the_mode),
		IN_FOLDER(what_is_there_stays_unless_asked),
		IN_FOLDER(the_old_mode_can_be_kept),
		IN_FOLDER(a_link_is_followed_and_stays),
		IN_FOLDER(a_link_of_another_user_is_not_followed),
		IN_FOLDER(what_is_no_plain_file_is_left_alone),
		IN_FOLDER(a_folder_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
