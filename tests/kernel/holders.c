// SPDX-License-Identifier: GPL-2.0-only
/* Who opens a port, who holds it, who lets go of it last. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

/* Holds what it has inherited until told, then closes the descriptor. */
static void close_when_told(int ctl, void *arg)
{
	step_await(ctl);
	sock_close(*(int *)arg);
	step_give(ctl);
	step_await(ctl);
}

static void fork_order(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);
	struct child child = child_start(close_when_told, &fd);
	const struct event *closed;

	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	step_give(child.ctl);
	step_await(child.ctl);
	closed = tracer_expect(tracer, "close", 8080);
	expect_num(closed, "process.pid", child.pid);
	expect_text(closed, "reason", "closed");
	step_give(child.ctl);
	child_join(&child);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void fork_order_udp(void)
{
	struct tracer *tracer = tracer_start();
	int fd = udp_bind("127.0.0.1", 5353);
	struct child child = child_start(close_when_told, &fd);

	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open");
	step_give(child.ctl);
	step_await(child.ctl);
	expect_num(tracer_expect(tracer, "close", 5353), "process.pid", child.pid);
	step_give(child.ctl);
	child_join(&child);
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open,close");
}

static void open_both_and_wait(int ctl, void *arg)
{
	(void)arg;
	tcp_listen("127.0.0.1", 8080);
	udp_bind("127.0.0.1", 5353);
	step_give(ctl);
	step_await(ctl);
}

static void expect_exit_closes(struct tracer *tracer, pid_t pid)
{
	static const int ports[] = { 8080, 5353 };

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		const struct event *closed = tracer_expect(tracer, "close", ports[i]);

		expect_num(closed, "process.pid", pid);
		expect_text(closed, "reason", "process-exit");
	}
	tracer_sync(tracer);
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		tracer_history(tracer, ports[i], "open,close");
}

static void sigkill(void)
{
	struct tracer *tracer = tracer_start();
	struct child child = child_start(open_both_and_wait, NULL);

	step_await(child.ctl);
	tracer_expect(tracer, "open", 8080);
	tracer_expect(tracer, "open", 5353);
	child_kill(&child);
	expect_exit_closes(tracer, child.pid);
}

static void plain_exit(void)
{
	struct tracer *tracer = tracer_start();
	struct child child = child_start(open_both_and_wait, NULL);

	step_await(child.ctl);
	step_give(child.ctl);
	child_join(&child);
	expect_exit_closes(tracer, child.pid);
}

static void open_socketpair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		test_fail("socketpair: %s", strerror(errno));
}

/* It is in the socketpair alone: sent by pair[0], not received. */
static void listener_under_way(int pair[2])
{
	int fd = tcp_listen("127.0.0.1", 8080);

	open_socketpair(pair);
	fd_send(pair[0], fd);
	sock_close(fd);
}

static void in_flight(void)
{
	struct tracer *tracer = tracer_start();
	int pair[2], fd;

	listener_under_way(pair);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	fd = fd_receive(pair[1]);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	sock_close(fd);
	tracer_expect(tracer, "close", 8080);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

/* Nobody ever receives it: the end of the socketpair is the end of the port. */
static void in_flight_dropped(void)
{
	struct tracer *tracer = tracer_start();
	int pair[2];

	listener_under_way(pair);
	sock_close(pair[0]);
	sock_close(pair[1]);
	tracer_expect(tracer, "close", 8080);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void receive_and_hold(int ctl, void *arg)
{
	int fd = fd_receive(*(int *)arg);

	step_give(ctl);
	step_await(ctl);
	sock_close(fd);
}

static void passed_to_another(void)
{
	struct tracer *tracer;
	struct child child;
	int pair[2];
	int fd;

	open_socketpair(pair);
	child = child_start(receive_and_hold, &pair[1]);
	tracer = tracer_start();
	fd = tcp_listen("127.0.0.1", 8080);
	fd_send(pair[0], fd);
	sock_close(fd);
	step_await(child.ctl);
	expect_process(tracer_expect(tracer, "open", 8080), getpid());
	child_kill(&child);
	expect_num(tracer_expect(tracer, "close", 8080), "process.pid", child.pid);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

/* As a service manager does: opens the port, execs the service with it, goes away. */
static void activate(int ctl, void *arg)
{
	char number[16];
	const char *args[] = { "hold", number, NULL };
	struct child holder;
	int fd = dup(tcp_listen("127.0.0.1", 8080)); /* the copy survives exec */

	(void)arg;
	snprintf(number, sizeof(number), "%d", fd);
	holder = helper_start(self_exe(), args);
	step_await(holder.ctl);
	number_give(ctl, holder.pid);
	fd_send(ctl, holder.ctl);
}

static void activation(void)
{
	struct tracer *tracer = tracer_start();
	struct child opener = child_start(activate, NULL);
	pid_t holder = (pid_t)number_await(opener.ctl);
	int holder_ctl = fd_receive(opener.ctl);
	const struct event *closed;

	child_join(&opener);
	expect_process(tracer_expect(tracer, "open", 8080), opener.pid);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	step_give(holder_ctl);
	closed = tracer_expect(tracer, "close", 8080);
	expect_num(closed, "process.pid", holder);
	expect_text(closed, "process.exe", self_exe());
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

const struct test holder_tests[] = {
	{ "fork-order", "parent closes: nothing; child closes: one close, its own", fork_order, 0 },
	{ "fork-order-udp", "the same for UDP", fork_order_udp, 0 },
	{ "sigkill", "SIGKILL closes TCP and UDP, by the killed process", sigkill, 0 },
	{ "plain-exit", "a plain exit closes TCP and UDP likewise", plain_exit, 0 },
	{ "in-flight", "a listener under way in SCM_RIGHTS is still open", in_flight, 0 },
	{ "in-flight-dropped", "a listener nobody received closes once", in_flight_dropped, 0 },
	{ "passed", "a passed listener closes by the one who received it", passed_to_another, 0 },
	{ "activation", "opener and holder differ: the holder closes", activation, 0 },
	{ 0 },
};
