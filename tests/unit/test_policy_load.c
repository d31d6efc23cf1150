// SPDX-License-Identifier: GPL-2.0-only
#include "policies.h"

#include <fcntl.h>
#include <sys/stat.h>

static char dir[64];

static const char *in_dir(const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void put_file(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(in_dir(name), 0644), 0);
}

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/policy-XXXXXX");
	return !mkdtemp(dir) || mkdir(in_dir("policy.d"), 0755);
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* What is said when porttrace.policy is loaded; "" where it is taken. */
static const char *said(size_t *n_rules)
{
	static char out[4096];
	struct policy_problems problems = { 0 };
	struct policy *policy;
	struct buf b = { 0 };
	int err = policy_load(&policy, in_dir("porttrace.policy"), &problems);

	assert_int_equal(err, problems.n_errors ? -EINVAL : 0);
	policy_problems_put(&problems, &b);
	snprintf(out, sizeof(out), "%s", text_of(&b));
	if (n_rules)
		*n_rules = policy ? policy_n_rules(policy) : 0;
	buf_free(&b);
	policy_problems_free(&problems);
	policy_free(policy);
	return out;
}

static void files_are_read_with_what_they_include(void **state)
{
	size_t n;

	(void)state;
	put_file("porttrace.policy", "include policy.d/*.policy\nallow tcp/1\n");
	put_file("policy.d/b.policy", "allow tcp/2\n");
	put_file("policy.d/a.policy", "allow tcp/3\n");
	put_file("policy.d/.hidden.policy", "nonsense");
	put_file("policy.d/[a].policy", "allow tcp/4\n");
	assert_string_equal(said(&n), "");
	assert_int_equal(n, 4);
	put_file("porttrace.policy", "include policy.d/[a].policy\n");
	assert_string_equal(said(&n), "");
	assert_int_equal(n, 1);
	put_file("porttrace.policy", "include policy.d/*.later\n");
	assert_string_equal(said(&n), "");
	assert_int_equal(n, 0);
	put_file("porttrace.policy", "include policy.d/later.policy\n");
	assert_contains(said(&n), "warning: no file matches");
	put_file("porttrace.policy", "include nowhere/*.policy\n");
	assert_contains(said(&n), "warning: no file matches");
	unlink(in_dir("policy.d/[a].policy"));
}

static void what_is_no_file_is_told(void **state)
{
	(void)state;
	unlink(in_dir("porttrace.policy"));
	assert_contains(said(NULL), "porttrace.policy: error: No such file or directory\n");
	assert_int_equal(mkdir(in_dir("porttrace.policy"), 0755), 0);
	assert_contains(said(NULL), "porttrace.policy: error: is a directory\n");
	rmdir(in_dir("porttrace.policy"));
	/* It does not wait for somebody to write into it. */
	assert_int_equal(mkfifo(in_dir("porttrace.policy"), 0644), 0);
	assert_contains(said(NULL), "porttrace.policy: error: is no regular file\n");
	unlink(in_dir("porttrace.policy"));
	put_file("porttrace.policy", "");
	assert_int_equal(truncate(in_dir("porttrace.policy"), POLICY_FILE_MAX + 1), 0);
	assert_contains(said(NULL), "porttrace.policy: error: the file has more than 8 MiB\n");
	put_file("porttrace.policy", "");
	assert_int_equal(truncate(in_dir("porttrace.policy"), 10), 0);
	assert_contains(said(NULL), "this byte is no visible text");
}

static void a_loop_through_a_link_is_found(void **state)
{
	(void)state;
	put_file("porttrace.policy", "include policy.d/../policy.d/link\n");
	assert_int_equal(symlink("../porttrace.policy", in_dir("policy.d/link")), 0);
	assert_contains(said(NULL), ":1:9: error: the include loops: ");
	unlink(in_dir("policy.d/link"));
}

static void as_root(void)
{
	if (geteuid() != 0) {
		print_message("only root has to be careful\n");
		skip();
	}
}

static void root_takes_no_file_that_others_may_write(void **state)
{
	(void)state;
	as_root();
	put_file("porttrace.policy", "allow tcp/1\n");
	assert_string_equal(said(NULL), "");
	assert_int_equal(chmod(in_dir("porttrace.policy"), 0664), 0);
	assert_contains(said(NULL), "error: group or others may write the file");
	assert_int_equal(chmod(in_dir("porttrace.policy"), 0646), 0);
	assert_contains(said(NULL), "error: group or others may write the file");
	assert_int_equal(chmod(in_dir("porttrace.policy"), 0644), 0);
	assert_int_equal(chown(in_dir("porttrace.policy"), 1000, 0), 0);
	assert_contains(said(NULL), "error: the file is not owned by root");
	/* An included one neither. */
	put_file("policy.d/c.policy", "allow tcp/2\n");
	assert_int_equal(chown(in_dir("policy.d/c.policy"), 1000, 0), 0);
	assert_int_equal(chown(in_dir("porttrace.policy"), 0, 0), 0);
	put_file("porttrace.policy", "include policy.d/c.policy\n");
	assert_contains(said(NULL), "porttrace.policy:1:9: error: ");
	assert_contains(said(NULL), "/policy.d/c.policy: the file is not owned by root");
	unlink(in_dir("policy.d/c.policy"));
}

static void root_takes_no_file_out_of_a_directory_of_others(void **state)
{
	static const char other[] = "error: others than root may write the directory it is in";

	(void)state;
	as_root();
	put_file("porttrace.policy", "allow tcp/1\n");
	assert_int_equal(chmod(dir, 0777), 0);
	assert_contains(said(NULL), other);
	assert_int_equal(chmod(dir, 01777), 0);
	assert_string_equal(said(NULL), "");
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chown(dir, 1000, 0), 0);
	assert_contains(said(NULL), other);
	assert_int_equal(chown(dir, 0, 0), 0);
	assert_string_equal(said(NULL), "");
}

static void root_follows_no_link_of_others(void **state)
{
	(void)state;
	as_root();
	put_file("policy.d/real", "allow tcp/1\n");
	unlink(in_dir("porttrace.policy"));
	assert_int_equal(symlink("policy.d/real", in_dir("porttrace.policy")), 0);
	assert_string_equal(said(NULL), "");
	assert_int_equal(lchown(in_dir("porttrace.policy"), 1000, 1000), 0);
	assert_contains(said(NULL), "others than root may say where this link leads");
	assert_int_equal(lchown(in_dir("porttrace.policy"), 0, 0), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_contains(said(NULL), "others than root may say where this link leads");
	assert_int_equal(chmod(dir, 0755), 0);
	/* The directory of the file counts, and not that of the link alone. */
	assert_int_equal(chmod(in_dir("policy.d"), 0777), 0);
	assert_contains(said(NULL), "others than root may write the directory");
	assert_int_equal(chmod(in_dir("policy.d"), 0755), 0);
	unlink(in_dir("porttrace.policy"));
	unlink(in_dir("policy.d/real"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_with_what_they_include),
		cmocka_unit_test(what_is_no_file_is_told),
		cmocka_unit_test(a_loop_through_a_link_is_found),
		cmocka_unit_test(root_takes_no_file_that_others_may_write),
		cmocka_unit_test(root_takes_no_file_out_of_a_directory_of_others),
		cmocka_unit_test(root_follows_no_link_of_others),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
