// SPDX-License-Identifier: GPL-2.0-only
/* Threads: the process is the thread group, whatever its threads do. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

static pthread_t start_thread(void *(*body)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, arg))
		test_fail("pthread_create failed");
	return thread;
}

static void *listen_under_own_name(void *arg)
{
	prctl(PR_SET_NAME, "worker", 0, 0, 0);
	*(pid_t *)arg = (pid_t)syscall(SYS_gettid);
	sock_close(tcp_listen("127.0.0.1", 8080));
	return NULL;
}

static void thread_listens(void)
{
	struct tracer *tracer = tracer_start();
	const struct event *opened;
	pthread_t thread;
	pid_t tid = 0;

	thread = start_thread(listen_under_own_name, &tid);
	pthread_join(thread, NULL);
	opened = tracer_expect(tracer, "open", 8080);
	expect_process(opened, getpid());
	expect_num(opened, "process.tid", tid);
	expect_text(opened, "process.comm", self_comm());
	expect_text(opened, "process.exe", self_exe());
	expect_num(tracer_expect(tracer, "close", 8080), "process.tid", tid);
}

static void *listen_in_own_table(void *arg)
{
	int ctl = *(int *)arg;

	if (unshare(CLONE_FILES))
		test_fail("unshare(CLONE_FILES): %s", strerror(errno));
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
	return NULL;
}

static void own_table_body(int ctl, void *arg)
{
	(void)arg;
	pthread_join(start_thread(listen_in_own_table, &ctl), NULL);
}

/* A trace of what the child has open, told as held by it alone. */
static struct tracer *trace_held_by(const struct child *child)
{
	const struct event *existing;
	struct tracer *tracer;

	step_await(child->ctl);
	tracer = tracer_start();
	existing = tracer_expect(tracer, "existing", 8080);
	check(event_holders(existing) == 1 && event_held_by(existing, child->pid),
	      "expected process %d as the one holder in %s", child->pid, existing->line);
	return tracer;
}

static void own_table_snapshot(void)
{
	struct child child = child_start(own_table_body, NULL);
	struct tracer *tracer = trace_held_by(&child);

	child_kill(&child);
	expect_num(tracer_expect(tracer, "close", 8080), "process.pid", child.pid);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

/* Two threads with tables of their own, both with a copy: one line, one holder. */
static void copied_table_body(int ctl, void *arg)
{
	(void)arg;
	tcp_listen("127.0.0.1", 8080);
	pthread_join(start_thread(copy_table, &ctl), NULL);
}

static void copied_table_snapshot(void)
{
	struct child child = child_start(copied_table_body, NULL);
	struct tracer *tracer = trace_held_by(&child);

	tracer_history(tracer, 8080, "existing");
	child_kill(&child);
	tracer_expect(tracer, "close", 8080);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

/* Goes on when the leader has exited: opens 8080 before, 8081 after the second step. */
static void *outlive_leader(void *arg)
{
	int ctl = *(int *)arg;

	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
	tcp_listen("127.0.0.1", 8081);
	step_give(ctl);
	step_await(ctl);
	_exit(0);
}

static void leave_as_leader(int ctl, void *arg)
{
	static int kept;

	(void)arg;
	kept = ctl;
	start_thread(outlive_leader, &kept);
	syscall(SYS_exit, 0);
}

static struct child start_leaderless(void)
{
	struct child child = child_start(leave_as_leader, NULL);

	step_await(child.ctl);
	process_await_state(child.pid, 'Z');
	return child;
}

static void leader_gone_snapshot(void)
{
	struct child child = start_leaderless();
	struct tracer *tracer = tracer_start();
	const struct event *existing = tracer_expect(tracer, "existing", 8080);

	check(event_holders(existing) == 1 && event_held_by(existing, child.pid),
	      "expected process %d as the one holder in %s", child.pid, existing->line);
	child_kill(&child);
	tracer_expect(tracer, "close", 8080);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

static void leader_gone_live(void)
{
	struct tracer *tracer = tracer_start();
	struct child child = start_leaderless();
	const struct event *opened;

	step_give(child.ctl);
	step_await(child.ctl);
	opened = tracer_expect(tracer, "open", 8081);
	expect_process(opened, child.pid);
	expect_text(opened, "process.exe", self_exe());
	child_kill(&child);
	expect_num(tracer_expect(tracer, "close", 8081), "process.pid", child.pid);
	tracer_sync(tracer);
	tracer_history(tracer, 8081, "open,close");
}

const struct test thread_tests[] = {
	{ "thread-listen", "a thread's listen: pid of the group, tid and no name of the thread",
	  thread_listens, 0 },
	{ "thread-own-table", "a thread with a file table of its own is found in the snapshot",
	  own_table_snapshot, 0 },
	{ "thread-copied-table", "copies in two file tables of a process are one holder",
	  copied_table_snapshot, 0 },
	{ "leader-gone-snapshot", "a process whose leader has exited is found in the snapshot",
	  leader_gone_snapshot, 0 },
	{ "leader-gone-live", "a process whose leader has exited is named when it listens",
	  leader_gone_live, 0 },
	{ 0 },
};
