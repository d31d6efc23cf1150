// SPDX-License-Identifier: GPL-2.0-only
/* --pid, and the descendants of that process. */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define HIT 7101

/* What each member of the family does: a listener, a connection, and all closed. */
static void act(int port)
{
	int listener = tcp_listen("127.0.0.1", port), client = tcp_connect(0, port);
	int server = accept(listener, NULL, NULL);

	sock_close(client);
	sock_close(server);
	sock_close(listener);
}

enum member { ELDER = 7201, CHILD, GRANDCHILD, DAEMON, HEIR, STRANGER };

static void wait_for(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || status)
		test_fail("a process of the test ended with wait status 0x%x", status);
}

/* Forks; in the child acts, forks a child of its own if asked, and ends. */
static void beget(int port, int child_port)
{
	pid_t pid = fork();

	if (pid) {
		wait_for(pid);
		return;
	}
	act(port);
	if (child_port)
		beget(child_port, 0);
	_exit(0);
}

/* As a daemon does it: its parent is gone, and another is its parent now. */
static void beget_daemon(int port)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		test_fail("pipe");
	pid = fork();
	if (!pid) {
		setsid();
		if (fork())
			_exit(0);
		close(ends[0]);
		while (getppid() == pid)
			;
		act(port);
		_exit(0); /* and with it the pipe's end */
	}
	close(ends[1]);
	wait_for(pid);
	check(read(ends[0], &byte, 1) == 0, "the daemon's pipe");
	close(ends[0]);
}

/* The parent opens, the child closes. */
static void leave_to_heir(int port)
{
	int fd = tcp_listen("127.0.0.1", port), ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		test_fail("pipe");
	pid = fork();
	if (!pid) {
		close(ends[1]);
		check(read(ends[0], &byte, 1) == 0, "the heir's pipe");
		sock_close(fd);
		_exit(0);
	}
	close(ends[0]);
	sock_close(fd);
	close(ends[1]);
	wait_for(pid);
}

static void elder(int ctl, void *arg)
{
	(void)arg;
	step_await(ctl);
	act(ELDER);
}

/* Asked for by --pid: opens a probe for each number, then lets its family act. */
static void head_of_family(int ctl, void *arg)
{
	struct child first = child_start(elder, NULL);
	long port;

	(void)arg;
	while ((port = number_await(ctl)) > 0) {
		sock_close(tcp_listen("127.0.0.1", (int)port));
		step_give(ctl);
	}
	step_give(first.ctl);
	child_join(&first);
	beget(CHILD, GRANDCHILD);
	beget_daemon(DAEMON);
	leave_to_heir(HEIR);
	step_give(ctl);
	step_await(ctl);
}

static struct tracer *trace_family(const struct child *head)
{
	char pid[16];
	const struct event *opened = NULL;
	struct tracer *tracer;

	snprintf(pid, sizeof(pid), "%d", head->pid);
	tracer = tracer_launch(&(struct launch){
		.args = { "-e", "open,close,connect,accept,end", "--pid", pid } });
	while (!opened) {
		check(time_left() > 0, "no `open` by the process that was asked for");
		number_give(head->ctl, HIT);
		step_await(head->ctl);
		opened = tracer_await(tracer, "open", HIT, 250 * config.scale);
	}
	return tracer;
}

static void descendants(void)
{
	struct child head;
	struct tracer *tracer;

	need("descendants");
	need("acceptor");
	head = child_start(head_of_family, NULL);
	tracer = trace_family(&head);
	act(STRANGER);
	number_give(head.ctl, 0);
	step_await(head.ctl);
	tracer_expect(tracer, "close", HEIR);
	for (int port = ELDER; port <= DAEMON; port++) {
		tracer_expect(tracer, "close", port);
		tracer_expect(tracer, "end", port); /* the server's */
		check(tracer_count(tracer, "open", port) == 1, "not one `open` of port %d", port);
		check(tracer_count(tracer, "accept", port) == 1, "not one `accept` of port %d",
		      port);
		check(tracer_with_remote(tracer, "connect", port), "no `connect` to port %d", port);
		check(tracer_with_remote(tracer, "end", port), "no `end` of the client to port %d",
		      port);
	}
	check(tracer_count(tracer, "open", HEIR) == 1, "not one `open` of the heir's port");
	check(tracer_count(tracer, NULL, STRANGER) == 0, "an event of a process not asked for");
	check(!tracer_with_remote(tracer, "connect", STRANGER), "a connect of one not asked for");
	check(!tracer_with_remote(tracer, "end", STRANGER), "an end of one not asked for");
	step_give(head.ctl);
	child_join(&head);
}

const struct test descendant_tests[] = {
	{ "descendants", "--pid: children, their children and daemons, older and newer ones",
	  descendants, 20 },
	{ 0 },
};
