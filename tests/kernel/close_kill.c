// SPDX-License-Identifier: GPL-2.0-only
/* close: processes that are ended, and ports that come back. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "closing.h"
#include "tests.h"

static struct outcome outcome;

static void stubborn(int ctl, void *arg)
{
	(void)arg;
	signal(SIGTERM, SIG_IGN);
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

static void kill_stubborn(void)
{
	struct child child = child_start(stubborn, NULL);
	int status;

	step_await(child.ctl);
	run_close(&outcome, "8080", "--yes", "--kill", NULL);
	expect_status(&outcome, 0);
	expect_said(&outcome, "did not end by SIGTERM");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
	check(waitpid(child.pid, &status, WNOHANG) == child.pid, "the process has not ended");
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it ended by status %x", status);
}

/* Processes have other numbers in there than those that are told. */
static void kill_in_a_pid_namespace(void)
{
	check(!unshare(CLONE_NEWPID), "unshare: %s", strerror(errno));
	holder_of("127.0.0.1", 8080);
	run_close(&outcome, "8080", "--yes", "--kill", NULL);
	expect_status(&outcome, 3);
	expect_said(&outcome, "pid namespace");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 0);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
}

/* As a server that starts again: its socket fails, it makes another. */
static void reopens(int ctl, void *arg)
{
	int fd = tcp_listen("127.0.0.1", 8080);

	(void)arg;
	step_give(ctl);
	for (;;) {
		int got = accept(fd, NULL, NULL);

		if (got >= 0) {
			close(got);
			continue;
		}
		close(fd);
		fd = tcp_listen("127.0.0.1", 8080);
	}
}

/* In a cgroup as docker makes them: whose container it is, is said, too. */
static void reopens_in_container(int ctl, void *arg)
{
	cgroup_enter();
	reopens(ctl, arg);
}

static void came_back_in_container(void)
{
	struct child child;

	cgroup_make(CGROUP_V2);
	child = child_start(reopens_in_container, NULL);
	step_await(child.ctl);
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "is open again");
	expect_said(&outcome, "it runs in the container docker:");
	child_kill(&child);
}

static void came_back(void)
{
	struct child child = child_start(reopens, NULL);
	char holder[32];

	step_await(child.ctl);
	snprintf(holder, sizeof(holder), "(%d)", (int)child.pid);
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "tcp/8080 on 127.0.0.1 is open again");
	expect_said(&outcome, holder);
	child_kill(&child);
}

const struct test close_kill_tests[] = {
	{ "close-kill", "--kill ends a process that ignores SIGTERM", kill_stubborn, 40 },
	{ "close-kill-pidns", "in a pid namespace --kill is refused: numbers mean others there",
	  kill_in_a_pid_namespace, 0 },
	{ "close-back", "a port that is opened again is told, with who holds it", came_back, 0 },
	{ "close-container", "the container that opens it again is named", came_back_in_container,
	  0 },
	{ 0 },
};
