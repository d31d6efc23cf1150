// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "enrich/cache.h"
#include "enrich/enrich.h"

#include <limits.h>

/* --- names ------------------------------------------------------------------ */

static char *look_up(uint64_t key, void *arg)
{
	unsigned int *calls = arg;

	(*calls)++;
	return key % 2 ? NULL : strdup("even");
}

static void a_name_is_looked_up_once_even_if_there_is_none(void **state)
{
	struct name_cache cache = { 0 };
	unsigned int calls = 0;

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (uint64_t key = 0; key < 100; key++) {
			const char *name = name_cache_get(&cache, key, look_up, &calls);

			if (key % 2)
				assert_null(name);
			else
				assert_string_equal(name, "even");
		}
	}
	assert_int_equal(calls, 100);
	name_cache_free(&cache);
	name_cache_free(&cache);
}

static void a_name_stays_where_it_is(void **state)
{
	struct name_cache cache = { 0 };
	unsigned int calls = 0;
	const char *first = name_cache_get(&cache, 0, look_up, &calls);

	(void)state;
	for (uint64_t key = 1; key < 100; key++)
		name_cache_get(&cache, key, look_up, &calls);
	assert_ptr_equal(name_cache_get(&cache, 0, look_up, &calls), first);
	name_cache_free(&cache);
}

static void numeric_gives_no_names_of_users_and_services(void **state)
{
	struct enrich *names = enrich_new(false), *numbers = enrich_new(true);

	(void)state;
	assert_string_equal(enrich_user(names, 0), "root");
	assert_null(enrich_user(names, 4000000001));
	assert_null(enrich_user(numbers, 0));
	assert_null(enrich_service(numbers, IPPROTO_TCP, 22));
	assert_null(enrich_service(names, IPPROTO_TCP, 64999));
	enrich_free(names);
	enrich_free(numbers);
	enrich_free(NULL);
}

static void the_first_namespace_is_called_host(void **state)
{
	struct enrich *enrich = enrich_new(false);

	(void)state;
	assert_null(enrich_netns(enrich, A_NETNS));
	assert_null(enrich_netns(enrich, 0)); /* not known yet is not the host */
	enrich_set_host_netns(enrich, A_NETNS);
	assert_string_equal(enrich_netns(enrich, A_NETNS), "host");
	assert_null(enrich_netns(enrich, A_NETNS + 1));
	enrich_free(enrich);
}

/* --- /proc ------------------------------------------------------------------- */

static uint64_t tick_ns(void)
{
	return 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* This process, as the kernel side would name it: it started within a tick of field 22. */
static struct process myself(void)
{
	struct process process = { .tgid = (uint32_t)getpid(), .refs = 1 };
	char stat[1024] = "", *at;
	FILE *file = fopen("/proc/self/stat", "r");

	assert_non_null(file);
	assert_true(fread(stat, 1, sizeof(stat) - 1, file) > 0);
	fclose(file);
	at = strrchr(stat, ')');
	assert_non_null(at);
	for (int field = 2; field < 22; field++)
		at = strchr(at + 1, ' ');
	process.start_ns = strtoull(at, NULL, 10) * tick_ns() + tick_ns() / 2;
	return process;
}

static void release(struct process *process)
{
	free(process->exe);
	free(process->args);
}

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
	}
}

static void a_process_that_is_gone_gives_nothing(void **state)
{
	struct process process = { .tgid = INT_MAX, .start_ns = 1 };

	(void)state;
	enrich_process(&process);
	assert_null(process.exe);
	assert_null(process.args);
}

static void proc_is_asked_once(void **state)
{
	struct process process = myself();

	(void)state;
	enrich_process(&process);
	release(&process);
	process.exe = process.args = NULL;
	enrich_process(&process);
	assert_null(process.exe);
	assert_null(process.args);
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
}

static void the_wall_clock_runs_with_the_events_clock(void **state)
{
	const uint64_t hour = 3600000000000ULL, slack = 1000000000ULL;
	uint64_t early = enrich_wall_ns(1), late = enrich_wall_ns(1 + hour);

	(void)state;
	/* Between the two looks the wall clock may have been set, either way. */
	assert_in_range(late - early, hour - slack, hour + slack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_looked_up_once_even_if_there_is_none),
		cmocka_unit_test(a_name_stays_where_it_is),
		cmocka_unit_test(numeric_gives_no_names_of_users_and_services),
		cmocka_unit_test(the_first_namespace_is_called_host),
		cmocka_unit_test(what_lacks_is_read_from_proc),
		cmocka_unit_test(another_start_time_gives_nothing),
		cmocka_unit_test(a_process_that_is_gone_gives_nothing),
		cmocka_unit_test(proc_is_asked_once),
		cmocka_unit_test(what_the_kernel_caught_is_kept),
		cmocka_unit_test(what_was_cut_off_is_completed),
		cmocka_unit_test(a_kernel_thread_is_not_asked_for),
		cmocka_unit_test(the_wall_clock_runs_with_the_events_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
