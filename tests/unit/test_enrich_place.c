// SPDX-License-Identifier: GPL-2.0-only
/* Where a process runs, and what a namespace is called after those who live in it. */
#include "myself.h"

#include "base/procdir.h"

#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_comes_from_the_path),
		cmocka_unit_test(a_namespace_is_called_by_who_lives_in_it),
		cmocka_unit_test(who_only_holds_a_socket_of_it_gives_no_name),
		cmocka_unit_test(who_lives_there_next_gives_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
