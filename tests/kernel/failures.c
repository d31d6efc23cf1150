// SPDX-License-Identifier: GPL-2.0-only
/* Connections that do not come about: each is one `fail`, and nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "netns.h"
#include "peer.h"
#include "route.h"
#include "tests.h"

#define NOBODY_THERE 9 /* a port nobody listens on */

static int client_open(const char *to, int flags)
{
	int fd = sock_open(to, 0, 0);

	if (fd < 0 || fcntl(fd, F_SETFL, flags))
		test_fail("cannot open a client: %s", strerror(errno));
	return fd;
}

/* Waits until a non-blocking connect has ended: its error. */
static int await_connected(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = 0;

	if (poll(&poll_fd, 1, time_left()) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		test_fail("a connect does not end");
	return err;
}

static int connect_error(int fd, const char *to, int port)
{
	int err = sock_connect(fd, to, port) ? errno : 0;

	return err == EINPROGRESS ? await_connected(fd) : err;
}

/* errno NULL: it has none. The only `fail` so far, and no connection was told. */
static const struct event *expect_failed(struct tracer *tracer, const char *to, int port,
					 const char *error)
{
	const struct event *event;

	tracer_sync_all(tracer);
	event = tracer_with_remote(tracer, "fail", port);
	check(event, "no `fail` of a connect to port %d", port);
	check(tracer_count(tracer, "fail", 0) == 1, "more than one `fail`");
	check(!tracer_with_remote(tracer, "connect", port), "a `connect`, and it failed");
	check(!tracer_with_remote(tracer, "end", port), "an `end` of what never was");
	expect_text(event, "op", "connect");
	expect_text(event, "proto", "tcp");
	expect_text(event, "remote.addr", to);
	if (error)
		expect_text(event, "errno", error);
	else
		check(!event_get(event, "errno"), "an invented errno in %s", event->line);
	return event;
}

static void refused(const char *to, int flags)
{
	struct tracer *tracer = conn_tracer("");
	int fd = client_open(to, flags);

	check(connect_error(fd, to, NOBODY_THERE) == ECONNREFUSED, "it was not refused");
	expect_owner(expect_failed(tracer, to, NOBODY_THERE, "ECONNREFUSED"), getpid());
	sock_close(fd);
	expect_failed(tracer, to, NOBODY_THERE, "ECONNREFUSED");
}

static void refused_v4(void)
{
	refused("127.0.0.1", 0);
}

static void refused_v6(void)
{
	refused("::1", 0);
}

static void refused_nonblock(void)
{
	refused("127.0.0.1", O_NONBLOCK);
}

/* Refused, then connected: the same socket. */
static void refused_then_not(void)
{
	struct tracer *tracer = conn_tracer("");
	int fd = client_open("127.0.0.1", 0), listener, port;

	check(connect_error(fd, "127.0.0.1", LINK_PORT) == ECONNREFUSED, "it was not refused");
	expect_failed(tracer, "127.0.0.1", LINK_PORT, "ECONNREFUSED");
	listener = tcp_listen("127.0.0.1", LINK_PORT);
	check(connect_error(fd, "127.0.0.1", LINK_PORT) == 0, "the second connect failed");
	port = sock_port(fd);
	expect_owner(tracer_expect(tracer, "connect", port), getpid());
	sock_close(fd);
	sock_close(listener);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "fail", 0) == 1, "more than one `fail`");
	check(tracer_count(tracer, "connect", port) == 1, "more than one `connect`");
}

/* A listener whose queue is full drops every SYN: its port, as good as a host that is off. */
static int deaf_listener(void)
{
	int fd = spec_open(
		&(struct spec){ .addr = "127.0.0.1", .port = LINK_PORT, .flags = SPEC_NO_LISTEN });

	sock_listen(fd, 0);
	tcp_connect(0, LINK_PORT);
	return fd;
}

static void timed_out(void)
{
	struct tracer *tracer;
	int fd;

	need("connections");
	sysctl_set("net/ipv4/tcp_syn_linear_timeouts", "0"); /* since 6.5 */
	check(!sysctl_set("net/ipv4/tcp_syn_retries", "1"), "tcp_syn_retries cannot be set");
	deaf_listener();
	tracer = conn_tracer("");
	fd = client_open("127.0.0.1", 0);
	check(connect_error(fd, "127.0.0.1", LINK_PORT) == ETIMEDOUT, "it did not time out");
	expect_owner(expect_failed(tracer, "127.0.0.1", LINK_PORT, "ETIMEDOUT"), getpid());
	sock_close(fd);
	expect_failed(tracer, "127.0.0.1", LINK_PORT, "ETIMEDOUT");
}

static void closed_connecting(void)
{
	struct tracer *tracer;
	int fd;

	need("connections");
	deaf_listener();
	tracer = conn_tracer("");
	fd = client_open("127.0.0.1", O_NONBLOCK);
	check(sock_connect(fd, "127.0.0.1", LINK_PORT) && errno == EINPROGRESS,
	      "the connect is not under way");
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "fail", 0) == 0, "EINPROGRESS was told as a failure");
	sock_close(fd);
	expect_owner(expect_failed(tracer, "127.0.0.1", LINK_PORT, NULL), getpid());
}

static void connect_for_ever(int ctl, void *arg)
{
	int fd = client_open("127.0.0.1", 0);

	(void)arg;
	step_give(ctl);
	sock_connect(fd, "127.0.0.1", LINK_PORT);
	test_fail("the connect has ended");
}

static void killed_connecting(void)
{
	struct tracer *tracer;
	struct child child;

	need("connections");
	deaf_listener();
	tracer = conn_tracer("");
	child = child_start(connect_for_ever, NULL);
	step_await(child.ctl);
	await_syn_sent(LINK_PORT);
	child_kill(&child);
	expect_owner(expect_failed(tracer, "127.0.0.1", LINK_PORT, NULL), child.pid);
}

/* A call that fails before anything is sent: its result alone shows it. */
static void call_fails(const char *to, int errnum, const char *error)
{
	struct tracer *tracer;
	int fd;

	need_seen("fail", "address");
	tracer = conn_tracer("");
	fd = client_open(to, 0);
	check(connect_error(fd, to, NOBODY_THERE) == errnum, "connect: expected %s", error);
	expect_process(expect_failed(tracer, to, NOBODY_THERE, error), getpid());
	sock_close(fd);
	expect_failed(tracer, to, NOBODY_THERE, error);
}

static void net_unreachable(void)
{
	call_fails("192.0.2.1", ENETUNREACH, "ENETUNREACH");
}

static void net_unreachable_v6(void)
{
	call_fails("2001:db8::1", ENETUNREACH, "ENETUNREACH");
}

static void host_unreachable(void)
{
	route_add(RTN_UNREACHABLE);
	call_fails("192.0.2.1", EHOSTUNREACH, "EHOSTUNREACH");
}

static void prohibited(void)
{
	route_add(RTN_PROHIBIT);
	call_fails("192.0.2.1", EACCES, "EACCES");
}

/* All ports there are, which is one, lead to that address already. */
static void no_port_left(void)
{
	struct tracer *tracer;
	int fd;

	need_seen("fail", "address");
	check(!sysctl_set("net/ipv4/ip_local_port_range", "40000 40000"),
	      "ip_local_port_range cannot be set: %s", strerror(errno));
	tcp_listen("127.0.0.1", LINK_PORT);
	tcp_connect(0, LINK_PORT);
	tracer = conn_tracer("");
	fd = client_open("127.0.0.1", 0);
	check(connect_error(fd, "127.0.0.1", LINK_PORT) == EADDRNOTAVAIL, "a port was left");
	check(!sysctl_set("net/ipv4/ip_local_port_range", "40000 50000"),
	      "ip_local_port_range cannot be set: %s", strerror(errno));
	expect_process(expect_failed(tracer, "127.0.0.1", LINK_PORT, "EADDRNOTAVAIL"), getpid());
	sock_close(fd);
	expect_failed(tracer, "127.0.0.1", LINK_PORT, "EADDRNOTAVAIL");
}

const struct test failure_tests[] = {
	{ "refused", "a connect that is refused is one `fail`", refused_v4, 0 },
	{ "refused-v6", "the same by IPv6", refused_v6, 0 },
	{ "refused-nonblock", "the same of a connect that returned EINPROGRESS", refused_nonblock,
	  0 },
	{ "refused-then-not", "a socket that was refused may connect later", refused_then_not, 0 },
	{ "timed-out", "a connect nobody answers is one `fail`, ETIMEDOUT", timed_out, 20 },
	{ "closed-connecting", "closed while it was connecting: a `fail` without an errno",
	  closed_connecting, 0 },
	{ "killed-connecting", "the same by SIGKILL, by the process killed", killed_connecting, 0 },
	{ "net-unreachable", "no route: one `fail`, ENETUNREACH", net_unreachable, 0 },
	{ "net-unreachable-v6", "the same by IPv6", net_unreachable_v6, 0 },
	{ "host-unreachable", "a route that says no: EHOSTUNREACH", host_unreachable, 0 },
	{ "prohibited", "a route that forbids: EACCES", prohibited, 0 },
	{ "no-port-left", "no port left: one `fail`, EADDRNOTAVAIL", no_port_left, 0 },
	{ 0 },
};
