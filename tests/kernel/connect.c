// SPDX-License-Identifier: GPL-2.0-only
/* Outgoing connections: whose, from where to where, how long they took. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "netns.h"
#include "peer.h"
#include "tests.h"

#define NS_PER_MS 1000000LL

/* No longer than the test itself has taken since then. */
static void expect_span(const struct event *event, const char *path, long long since_ms)
{
	long long ns = event_num(event, path);

	check(ns > 0, "%s is not above 0 in %s", path, event->line);
	check(ns <= (now_ms() - since_ms + 1) * NS_PER_MS, "%s is too long in %s", path,
	      event->line);
}

/* Who accepts is who listens, whom all backends know. */
static void expect_acceptor(const struct event *event, pid_t pid)
{
	if (is_covered("acceptor"))
		expect_process(event, pid);
	else
		expect_owner(event, pid);
}

/* `shown` is the address as it is told, of both ends. */
static void both_ends(const char *at, const char *to, const char *shown)
{
	const struct event *event;
	struct tracer *tracer;
	long long start;
	struct link link;

	tracer = conn_tracer("");
	start = now_ms();
	link = link_make(at, to);
	event = tracer_expect(tracer, "connect", link.port);
	expect_ends(event, shown, link.port, shown, LINK_PORT);
	expect_text(event, "proto", "tcp");
	expect_owner(event, link.client.child.pid);
	expect_text(event, "process.comm", self_comm());
	expect_span(event, "latency_ns", start);
	expect_conn_cookie(event, link.client_cookie);
	event = tracer_expect(tracer, "accept", LINK_PORT);
	expect_ends(event, shown, LINK_PORT, shown, link.port);
	expect_acceptor(event, link.server.child.pid);
	expect_conn_cookie(event, link.server_cookie);
	peer_does(&link.client, PEER_CLOSE);
	peer_does(&link.server, PEER_CLOSE);
	event = tracer_expect(tracer, "end", link.port);
	expect_ends(event, shown, link.port, shown, LINK_PORT);
	expect_owner(event, link.client.child.pid);
	expect_span(event, "lifetime_ns", start);
	event = tracer_expect(tracer, "end", LINK_PORT);
	expect_ends(event, shown, LINK_PORT, shown, link.port);
	expect_owner(event, link.server.child.pid);
	expect_span(event, "lifetime_ns", start);
	link_done(&link);
	tracer_sync_all(tracer);
	tracer_history(tracer, link.port, "connect,end");
	check(tracer_count(tracer, "accept", LINK_PORT) == 1, "more than one `accept`");
	check(tracer_count(tracer, "end", LINK_PORT) == 1, "more than one `end` of the server's");
	check(tracer_count(tracer, "fail", 0) == 0, "a `fail`, and nothing failed");
}

static void conn_v4(void)
{
	both_ends("127.0.0.1", "127.0.0.1", "127.0.0.1");
}

static void conn_v6(void)
{
	both_ends("::1", "::1", "::1");
}

static void conn_mapped(void)
{
	both_ends("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.1");
}

static void conn_dual(void)
{
	both_ends("::", "127.0.0.1", "127.0.0.1");
}

static void conn_dual_v6(void)
{
	both_ends("::", "::1", "::1");
}

/* A listener of the test's own on LINK_PORT. */
static int listener_open(void)
{
	return tcp_listen("127.0.0.1", LINK_PORT);
}

static int client_open(int flags, int local_port)
{
	int fd = sock_open("127.0.0.1", 0, local_port);

	if (fd < 0 || fcntl(fd, F_SETFL, flags))
		test_fail("cannot open a client: %s", strerror(errno));
	return fd;
}

static void conn_nonblock(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = listener_open(), server, client = client_open(O_NONBLOCK, 0);
	const struct event *event;
	int err = sock_connect(client, "127.0.0.1", LINK_PORT) ? errno : 0;
	int port = sock_port(client);

	check(!err || err == EINPROGRESS, "connect: %s", strerror(err));
	server = accept(listener, NULL, NULL);
	event = tracer_expect(tracer, "connect", port);
	expect_ends(event, "127.0.0.1", port, "127.0.0.1", LINK_PORT);
	expect_owner(event, getpid());
	sock_close(client);
	sock_close(server);
	sock_close(listener);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,end");
	check(tracer_count(tracer, "fail", 0) == 0, "EINPROGRESS was told as a failure");
}

static void conn_again(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = listener_open(), client = tcp_connect(0, LINK_PORT);
	int port = sock_port(client);

	check(sock_connect(client, "127.0.0.1", LINK_PORT) && errno == EISCONN,
	      "the second connect did not fail with EISCONN");
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect");
	check(tracer_count(tracer, "fail", 0) == 0, "EISCONN was told as a failure");
	sock_close(client);
	sock_close(listener);
}

/* One socket that is both ends. */
static void conn_self(void)
{
	struct tracer *tracer = conn_tracer("");
	int fd = client_open(0, 7070);
	const struct event *event;

	check(!sock_connect(fd, "127.0.0.1", 7070), "it cannot connect to itself: %s",
	      strerror(errno));
	event = tracer_expect(tracer, "connect", 7070);
	expect_ends(event, "127.0.0.1", 7070, "127.0.0.1", 7070);
	expect_owner(event, getpid());
	sock_close(fd);
	expect_owner(tracer_expect(tracer, "end", 7070), getpid());
	tracer_sync_all(tracer);
	tracer_history(tracer, 7070, "connect,end");
}

static void sysctl_or_skip(const char *path, const char *value)
{
	if (sysctl_set(path, value))
		test_skip("%s cannot be set: %s", path, strerror(errno));
}

/* One exchange by a socket whose SYN may carry the request; the client's port. */
static int fast_open_once(int listener)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(LINK_PORT) };
	int client = client_open(0, 0), server, port;
	char request[8] = { 0 };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sendto(client, "request", 8, MSG_FASTOPEN, (void *)&to, sizeof(to)) != 8)
		test_skip("this kernel has no TCP fast open: %s", strerror(errno));
	server = accept(listener, NULL, NULL);
	port = sock_port(client);
	check(recv(server, request, 8, MSG_WAITALL) == 8, "the request did not come");
	check(send(server, "answer", 7, MSG_NOSIGNAL) == 7, "the answer cannot be sent");
	check(recv(client, request, 7, MSG_WAITALL) == 7, "the answer did not come");
	sock_close(server);
	check(recv(client, request, 1, 0) == 0, "the server's end did not come");
	sock_close(client);
	return port;
}

/* The first one gets a cookie; the second's SYN carries the request. */
static void conn_fast_open(void)
{
	int queue = 5, listener;
	struct tracer *tracer;

	sysctl_or_skip("net/ipv4/tcp_fastopen", "3");
	tracer = conn_tracer("");
	listener = listener_open();
	if (setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)))
		test_skip("this kernel has no TCP fast open: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		int port = fast_open_once(listener);
		const struct event *event;

		event = tracer_expect(tracer, "connect", port);
		expect_ends(event, "127.0.0.1", port, "127.0.0.1", LINK_PORT);
		expect_owner(event, getpid());
		event = tracer_expect(tracer, "end", port);
		expect_num(event, "bytes_sent", 8);
		expect_num(event, "bytes_received", 7);
		event = tracer_expect(tracer, "accept", LINK_PORT);
		expect_acceptor(event, getpid());
		event = tracer_expect(tracer, "end", LINK_PORT);
		expect_num(event, "bytes_sent", 7);
		expect_num(event, "bytes_received", 8);
		tracer_sync_all(tracer);
		tracer_history(tracer, port, "connect,end");
	}
	check(tracer_count(tracer, "accept", LINK_PORT) == 2, "not two `accept`s");
	check(tracer_count(tracer, "end", LINK_PORT) == 2, "not two `end`s of the server's");
	sock_close(listener);
}

const struct test connect_tests[] = {
	{ "conn-v4", "both ends of an IPv4 connection, each by its process", conn_v4, 0 },
	{ "conn-v6", "both ends of an IPv6 connection", conn_v6, 0 },
	{ "conn-mapped", "a client that writes IPv4 as IPv6", conn_mapped, 0 },
	{ "conn-dual", "a dual-stack listener, by IPv4", conn_dual, 0 },
	{ "conn-dual-v6", "a dual-stack listener, by IPv6", conn_dual_v6, 0 },
	{ "conn-nonblock", "a connect that returns EINPROGRESS is one `connect`, no `fail`",
	  conn_nonblock, 0 },
	{ "conn-again", "a connect of a connected socket is no event", conn_again, 0 },
	{ "conn-self", "a socket connected to itself: one connect, one end", conn_self, 0 },
	{ "conn-fast-open", "TCP fast open: a connect, an accept, and the bytes of the SYN",
	  conn_fast_open, 0 },
	{ 0 },
};
