// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/procdir.h"
#include "enrich/cache.h"
#include "enrich/enrich.h"

#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

static void the_class_of_a_port_goes_by_its_number(void **state)
{
	(void)state;
	assert_string_equal(enrich_class(0), "well-known");
	assert_string_equal(enrich_class(1023), "well-known");
	assert_string_equal(enrich_class(1024), "registered");
	assert_string_equal(enrich_class(49151), "registered");
	assert_string_equal(enrich_class(49152), "dynamic");
	assert_string_equal(enrich_class(65535), "dynamic");
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
	free(process->cgroup_path);
	free(process->place);
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

/* --- places ------------------------------------------------------------------- */

static struct process placed(const char *path)
{
	struct process process = { .tgid = INT_MAX, .kthread = true, .refs = 1 };

	process.cgroup_path = strdup(path);
	enrich_process(&process);
	assert_non_null(process.place);
	return process;
}

static void a_place_comes_from_the_path(void **state)
{
	struct enrich *enrich = enrich_new(true);
	struct process process = placed("/user.slice/user@7.service/a.slice/x.scope");

	(void)state;
	assert_string_equal(enrich_unit(enrich, &process), "user@7.service");
	assert_string_equal(process.place->user_unit, "x.scope");
	assert_null(enrich_container(enrich, &process));
	assert_null(process.place->pod);
	release(&process);
	process = placed("/lxc.payload.web");
	assert_null(enrich_unit(enrich, &process));
	assert_string_equal(enrich_container(enrich, &process), "lxc:web");
	release(&process);
	process.place = NULL;
	assert_null(enrich_unit(enrich, &process));
	assert_null(enrich_container(enrich, &process));
	enrich_free(enrich);
}

static uint32_t own_netns(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	return (uint32_t)st.st_ino;
}

/* This process in that cgroup, as far as the kernel side says. */
static struct process myself_at(const char *path)
{
	struct process process = myself();

	process.cgroup_path = strdup(path);
	process.kthread = true; /* no look into /proc, which may say more */
	enrich_process(&process);
	process_changed(&process);
	return process;
}

static void a_namespace_is_called_by_who_lives_in_it(void **state)
{
	static const char *const paths[][2] = {
		{ "/system.slice/x.service", "x.service" },
		{ "/user.slice/user@7.service/y.scope", "y.scope" },
		{ "/lxc.payload.web", "lxc:web" },
		{ "/kubepods/pod29349498-197c-4919-b13f-9a928e7d001b",
		  "pod:29349498-197c-4919-b13f-9a928e7d001b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct enrich *enrich = enrich_new(true);
		struct process nowhere = myself_at("/"), process = myself_at(paths[i][0]);

		enrich_set_host_netns(enrich, own_netns() + 1);
		enrich_inhabitant(enrich, own_netns(), &nowhere);
		assert_null(enrich_netns(enrich, own_netns()));
		enrich_inhabitant(enrich, own_netns(), &process);
		assert_string_equal(enrich_netns(enrich, own_netns()), paths[i][1]);
		enrich_inhabitant(enrich, own_netns() + 1, &process);
		assert_string_equal(enrich_netns(enrich, own_netns() + 1), "host");
		release(&nowhere);
		release(&process);
		enrich_free(enrich);
	}
}

static void who_only_holds_a_socket_of_it_gives_no_name(void **state)
{
	struct enrich *enrich = enrich_new(true);
	struct process process = myself_at("/system.slice/x.service"),
		       other = myself_at("/system.slice/y.service");

	(void)state;
	enrich_inhabitant(enrich, own_netns(), &process); /* it may be the host's */
	assert_null(enrich_netns(enrich, own_netns()));
	enrich_set_host_netns(enrich, own_netns() + 1);
	enrich_inhabitant(enrich, own_netns() + 2, &process);
	assert_null(enrich_netns(enrich, own_netns() + 2));
	other.start_ns += 10 * tick_ns(); /* gone, and its number is ours */
	enrich_inhabitant(enrich, own_netns(), &other);
	assert_null(enrich_netns(enrich, own_netns()));
	enrich_inhabitant(enrich, own_netns(), &process);
	assert_string_equal(enrich_netns(enrich, own_netns()), "x.service");
	release(&process);
	release(&other);
	enrich_free(enrich);
}

/* A child that does nothing, in the same namespace. */
static struct process child_at(const char *path)
{
	struct process process = myself_at(path);
	struct procdir_stat stat;
	int dir;

	process.tgid = (uint32_t)fork();
	if (!process.tgid)
		for (;;)
			pause();
	dir = procdir_open(process.tgid);
	assert_int_equal(procdir_stat(dir, &stat), 0);
	close(dir);
	process.start_ns = stat.start_ticks * procdir_tick_ns();
	return process;
}

/* The number of a namespace is given again as soon as it is gone. */
static void who_lives_there_next_gives_its_name(void **state)
{
	struct enrich *enrich = enrich_new(true);
	struct process first = child_at("/system.slice/x.service"),
		       next = myself_at("/system.slice/y.service"), last = myself_at("/");

	(void)state;
	enrich_set_host_netns(enrich, own_netns() + 1);
	enrich_inhabitant(enrich, own_netns(), &first);
	enrich_inhabitant(enrich, own_netns(), &next);
	assert_string_equal(enrich_netns(enrich, own_netns()), "x.service");
	kill((pid_t)first.tgid, SIGKILL);
	waitpid((pid_t)first.tgid, NULL, 0);
	enrich_inhabitant(enrich, own_netns(), &first); /* its last port closes */
	assert_string_equal(enrich_netns(enrich, own_netns()), "x.service");
	process_changed(&next);
	enrich_inhabitant(enrich, own_netns(), &next);
	assert_string_equal(enrich_netns(enrich, own_netns()), "y.service");
	enrich_inhabitant(enrich, own_netns(), &last); /* it has no place; and next is there yet */
	assert_string_equal(enrich_netns(enrich, own_netns()), "y.service");
	release(&first);
	release(&next);
	release(&last);
	enrich_free(enrich);
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
		cmocka_unit_test(the_class_of_a_port_goes_by_its_number),
		cmocka_unit_test(a_place_comes_from_the_path),
		cmocka_unit_test(a_namespace_is_called_by_who_lives_in_it),
		cmocka_unit_test(who_only_holds_a_socket_of_it_gives_no_name),
		cmocka_unit_test(who_lives_there_next_gives_its_name),
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
