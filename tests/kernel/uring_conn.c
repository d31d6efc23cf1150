// SPDX-License-Identifier: GPL-2.0-only
/* Connections by io_uring: as by system calls, but for their origin. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "peer.h"
#include "tests.h"
#include "uring.h"

#ifndef IORING_FEAT_NATIVE_WORKERS
#define IORING_FEAT_NATIVE_WORKERS (1U << 9)
#endif

enum way { DIRECT, FIXED, POLLED };

static const char *const ways[] = { "direct", "fixed file", "SQPOLL" };

/* Before v5.11 a polled ring takes fixed files alone. */
static void ring_for(struct uring *uring, enum way way, int fd)
{
	int err = way == POLLED ? uring_open_polled(uring) : uring_open(uring);

	if (err)
		test_skip("no io_uring here (%s): %s", ways[way], strerror(-err));
	if (way == POLLED && !(uring->params.features & IORING_FEAT_NATIVE_WORKERS))
		test_skip(
			"io_uring's threads are nobody's here (IORING_FEAT_NATIVE_WORKERS, 5.12)");
	if (way == DIRECT)
		return;
	err = uring_fix(uring, fd);
	if (err)
		test_skip("io_uring takes no fixed file: %s", strerror(-err));
}

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

static int done_or_skip(int result, const char *what)
{
	if (result == -EOPNOTSUPP)
		test_skip("this kernel's io_uring has no %s", what);
	check(result >= 0, "%s by io_uring: %s", what, strerror(-result));
	return result;
}

static void expect_self(const struct event *event, const char *origin)
{
	expect_num(event, "process.pid", getpid());
	expect_text(event, "process.comm", self_comm());
	if (origin)
		expect_text(event, "origin", origin);
}

static void connect_by(enum way way)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT), server, port;
	int client = sock_open("127.0.0.1", 0, 0);
	struct sockaddr_in to = loopback(LINK_PORT);
	struct uring uring;

	ring_for(&uring, way, client);
	done_or_skip(uring_connect(&uring, client, &to, sizeof(to)), "connect");
	server = accept(listener, NULL, NULL);
	port = sock_port(client);
	expect_self(tracer_expect(tracer, "connect", port), "io_uring");
	uring_close(&uring);
	sock_close(client);
	sock_close(server);
	sock_close(listener);
	expect_self(tracer_expect(tracer, "end", port), NULL);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,end");
	check(tracer_count(tracer, "fail", 0) == 0, "a `fail`, and nothing failed");
}

static void connect_direct(void)
{
	connect_by(DIRECT);
}

static void connect_fixed(void)
{
	connect_by(FIXED);
}

static void connect_polled(void)
{
	connect_by(POLLED);
}

static void accept_by(enum way way)
{
	const struct event *event;
	struct tracer *tracer;
	int listener, client, server, port;
	struct uring uring;

	need_seen("acceptor", "io_uring");
	tracer = conn_tracer("");
	listener = tcp_listen("127.0.0.1", LINK_PORT);
	client = tcp_connect(0, LINK_PORT);
	port = sock_port(client);
	ring_for(&uring, way, listener);
	server = done_or_skip(uring_accept(&uring, listener), "accept");
	tracer_sync_all(tracer);
	event = tracer_with_remote(tracer, "accept", port);
	check(event, "no `accept` of the connection from port %d", port);
	expect_self(event, "io_uring");
	expect_text(event, "process.source", "kernel");
	sock_close(client);
	sock_close(server);
	uring_close(&uring);
	sock_close(listener);
	tracer_sync_all(tracer);
	expect_self(tracer_with_remote(tracer, "end", port), NULL);
	check(tracer_count(tracer, "accept", 0) == 1, "more than one `accept`");
}

static void accept_direct(void)
{
	accept_by(DIRECT);
}

static void accept_fixed(void)
{
	accept_by(FIXED);
}

static void accept_polled(void)
{
	accept_by(POLLED);
}

/* Where nothing sees who accepts by io_uring, it is the listener's. */
static void uring_accept_unseen(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT), client = tcp_connect(0, LINK_PORT);
	const struct event *event;
	struct uring uring;
	int server;

	ring_for(&uring, DIRECT, listener);
	server = done_or_skip(uring_accept(&uring, listener), "accept");
	event = tracer_expect(tracer, "accept", LINK_PORT);
	expect_self(event, NULL);
	expect_num(event, "remote.port", sock_port(client));
	sock_close(client);
	sock_close(server);
	sock_close(listener);
	expect_self(tracer_expect(tracer, "end", LINK_PORT), NULL);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "accept", 0) == 1, "more than one `accept`");
	check(tracer_count(tracer, "end", LINK_PORT) == 1, "more than one `end`");
}

static void uring_refused(void)
{
	struct tracer *tracer = conn_tracer("");
	int client = sock_open("127.0.0.1", 0, 0);
	struct sockaddr_in to = loopback(9);
	const struct event *event;
	struct uring uring;

	ring_for(&uring, DIRECT, client);
	check(uring_connect(&uring, client, &to, sizeof(to)) == -ECONNREFUSED,
	      "it was not refused");
	sock_close(client);
	tracer_sync_all(tracer);
	event = tracer_with_remote(tracer, "fail", 9);
	check(event, "no `fail` of a connect by io_uring");
	expect_text(event, "errno", "ECONNREFUSED");
	expect_self(event, NULL);
	check(tracer_count(tracer, "fail", 0) == 1, "more than one `fail`");
}

static void uring_bind_fails(void)
{
	int taken = tcp_listen("127.0.0.1", 7070), fd = sock_open("127.0.0.1", 0, 0);
	struct sockaddr_in at = loopback(7070);
	const struct event *event;
	struct tracer *tracer;
	struct uring uring;
	int err;

	need_seen("fail", "io_uring");
	tracer = conn_tracer("");
	ring_for(&uring, DIRECT, fd);
	err = uring_bind(&uring, fd, &at, sizeof(at));
	if (err == -EOPNOTSUPP)
		test_skip("this kernel's io_uring has no bind (6.11)");
	check(err == -EADDRINUSE, "the bind did not fail with EADDRINUSE");
	event = tracer_expect(tracer, "fail", 7070);
	expect_text(event, "op", "bind");
	expect_text(event, "errno", "EADDRINUSE");
	expect_self(event, "io_uring");
	sock_close(fd);
	sock_close(taken);
}

const struct test uring_tests[] = {
	{ "uring-connect", "a connect by io_uring: its process and origin", connect_direct, 0 },
	{ "uring-connect-fixed", "the same of a fixed file", connect_fixed, 0 },
	{ "uring-connect-polled", "the same by SQPOLL", connect_polled, 0 },
	{ "uring-accept", "an accept by io_uring: its process and origin", accept_direct, 0 },
	{ "uring-accept-fixed", "the same of a fixed file", accept_fixed, 0 },
	{ "uring-accept-polled", "the same by SQPOLL", accept_polled, 0 },
	{ "uring-accept-once", "accept by io_uring is one `accept`, whoever sees it",
	  uring_accept_unseen, 0 },
	{ "uring-refused", "a connect by io_uring that is refused is one `fail`", uring_refused,
	  0 },
	{ "uring-bind-fails", "a bind by io_uring that fails is one `fail`", uring_bind_fails, 0 },
	{ 0 },
};
