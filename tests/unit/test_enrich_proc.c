// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel side could not tell of a process is read in /proc. */
#include "myself.h"

#include <limits.h>

static void what_lacks_is_read_from_proc(void **state)
{
	struct process process = myself();
	char exe[PATH_MAX] = "", args[4096];
	FILE *file = fopen("/proc/self/cmdline", "r");
	size_t n;

	(void)state;
	assert_non_null(file);
	n = fread(args, 1, sizeof(args), file);
	fclose(file);
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	enrich_process(&process);
	assert_string_equal(process.exe, exe);
	assert_int_equal(process.args_len, n);
	assert_memory_equal(process.args, args, n);
	assert_false(process.deleted || process.args_truncated);
	release(&process);
}

/* Another process has its number now. */
static void another_start_time_gives_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct process process = myself();

		process.start_ns += i ? tick_ns() : -tick_ns();
		enrich_process(&process);
		assert_null(process.exe);
		assert_null(process.args);
		assert_true(process.proc_asked);
		assert_null(process.cgroup_path);
		release(&process);
	}
}

static void a_process_that_is_gone_gives_nothing(void **state)
{
	struct process process = { .tgid = INT_MAX, .start_ns = 1 };

	(void)state;
	enrich_process(&process);
	assert_null(process.exe);
	assert_null(process.args);
	assert_non_null(process.place); /* and is not looked up again */
	release(&process);
}

static void proc_is_asked_once(void **state)
{
	struct place nowhere = { 0 };
	struct process process = myself();

	(void)state;
	enrich_process(&process);
	release(&process);
	process.exe = process.args = process.cgroup_path = NULL;
	process.place = &nowhere;
	enrich_process(&process);
	assert_null(process.exe);
	assert_null(process.args);
	assert_ptr_equal(process.place, &nowhere);
}

static void what_the_kernel_caught_is_kept(void **state)
{
	static char exe[] = "/as/it/was", args[] = "as\0it\0was";
	struct process process = myself();

	(void)state;
	process.exe = exe;
	process.args = args;
	process.args_len = sizeof(args);
	enrich_process(&process);
	assert_ptr_equal(process.exe, exe);
	assert_ptr_equal(process.args, args);
	assert_false(process.proc_asked);
	process.exe = process.args = NULL;
	release(&process);
}

static void what_was_cut_off_is_completed(void **state)
{
	struct process process = myself();
	char exe[PATH_MAX] = "";

	(void)state;
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	process.exe = strdup("/end");
	process.args = strdup("b");
	process.args_len = 1;
	process.exe_truncated = process.args_truncated = true;
	enrich_process(&process);
	assert_string_equal(process.exe, exe);
	assert_true(process.args_len > 1);
	assert_false(process.exe_truncated || process.args_truncated);
	release(&process);
}

static void a_kernel_thread_is_not_asked_for(void **state)
{
	struct process process = myself();

	(void)state;
	process.kthread = true;
	enrich_process(&process);
	assert_null(process.exe);
	assert_false(process.proc_asked);
	assert_null(process.cgroup_path);
	release(&process);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lacks_is_read_from_proc),
		cmocka_unit_test(another_start_time_gives_nothing),
		cmocka_unit_test(a_process_that_is_gone_gives_nothing),
		cmocka_unit_test(proc_is_asked_once),
		cmocka_unit_test(what_the_kernel_caught_is_kept),
		cmocka_unit_test(what_was_cut_off_is_completed),
		cmocka_unit_test(a_kernel_thread_is_not_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
