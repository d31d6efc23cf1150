// SPDX-License-Identifier: GPL-2.0-only
/* The end of a connection: what went through it, how long it lasted, and whose it was. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor.h"
#include "peer.h"
#include "tests.h"

#define NS_PER_MS 1000000LL
#define LARGE (1L << 20)

enum how {
	CLIENT_FIRST,
	SERVER_FIRST,
	CLIENT_RESETS,
	SERVER_RESETS,
	HALF_CLOSE, /* the client's half first, then the answer */
};

struct exchange {
	long sent; /* by the client */
	long received;
	enum how how;
};

/* The first to go waits until the other has seen it. */
static void close_in_order(struct peer *first, struct peer *second, enum peer_op how)
{
	peer_does(first, how);
	peer_does(second, PEER_EOF);
	peer_does(second, PEER_CLOSE);
}

static void end_it(struct link *link, const struct exchange *exchange)
{
	switch (exchange->how) {
	case CLIENT_FIRST:
		close_in_order(&link->client, &link->server, PEER_CLOSE);
		break;
	case SERVER_FIRST:
		close_in_order(&link->server, &link->client, PEER_CLOSE);
		break;
	case CLIENT_RESETS:
		close_in_order(&link->client, &link->server, PEER_RESET);
		break;
	case SERVER_RESETS:
		close_in_order(&link->server, &link->client, PEER_RESET);
		break;
	case HALF_CLOSE:
		peer_does(&link->client, PEER_SHUT);
		peer_does(&link->server, PEER_EOF);
		peer_transfer(&link->server, &link->client, exchange->received);
		close_in_order(&link->server, &link->client, PEER_CLOSE);
		break;
	}
}

static void expect_bytes(const struct event *event, long sent, long received)
{
	expect_num(event, "bytes_sent", sent);
	expect_num(event, "bytes_received", received);
}

static void expect_lifetime(const struct event *event, long long least_ms, long long most_ms)
{
	long long ns = event_num(event, "lifetime_ns");

	check(ns >= (least_ms - 1) * NS_PER_MS, "lifetime of less than %lld ms in %s", least_ms,
	      event->line);
	check(ns <= (most_ms + 1) * NS_PER_MS, "lifetime of more than %lld ms in %s", most_ms,
	      event->line);
}

static void run_exchange(struct tracer *tracer, const struct exchange *exchange)
{
	long long before = now_ms(), made, closing;
	const struct event *event;
	struct link link = link_make("127.0.0.1", "127.0.0.1");

	made = now_ms();
	peer_transfer(&link.client, &link.server, exchange->sent);
	if (exchange->how != HALF_CLOSE)
		peer_transfer(&link.server, &link.client, exchange->received);
	closing = now_ms();
	end_it(&link, exchange);
	event = tracer_expect(tracer, "end", link.port);
	expect_bytes(event, exchange->sent, exchange->received);
	expect_lifetime(event, closing - made, now_ms() - before);
	expect_owner(event, link.client.child.pid);
	event = tracer_expect(tracer, "end", LINK_PORT);
	expect_bytes(event, exchange->received, exchange->sent);
	expect_lifetime(event, closing - made, now_ms() - before);
	expect_owner(event, link.server.child.pid);
	link_done(&link);
	tracer_sync_all(tracer);
	tracer_history(tracer, link.port, "connect,end");
}

static void run_exchanges(const struct exchange *exchanges, size_t count)
{
	struct tracer *tracer = conn_tracer("");

	for (size_t i = 0; i < count; i++)
		run_exchange(tracer, &exchanges[i]);
	check(tracer_count(tracer, "end", 0) == 2 * count, "not two `end`s of each connection");
}

static void bytes_none(void)
{
	static const struct exchange exchanges[] = {
		{ 0, 0, CLIENT_FIRST },  { 0, 0, SERVER_FIRST }, { 0, 0, CLIENT_RESETS },
		{ 0, 0, SERVER_RESETS }, { 0, 0, HALF_CLOSE },
	};

	run_exchanges(exchanges, ARRAY_SIZE(exchanges));
}

static void bytes_few(void)
{
	static const struct exchange exchanges[] = {
		{ 10, 0, CLIENT_FIRST },  { 0, 10, SERVER_FIRST }, { 10, 20, SERVER_FIRST },
		{ 20, 10, CLIENT_FIRST }, { 10, 20, HALF_CLOSE },
	};

	run_exchanges(exchanges, ARRAY_SIZE(exchanges));
}

static void bytes_many(void)
{
	static const struct exchange exchanges[] = {
		{ LARGE, 10, CLIENT_FIRST },
		{ 10, LARGE, SERVER_FIRST },
		{ LARGE, LARGE, HALF_CLOSE },
	};

	run_exchanges(exchanges, ARRAY_SIZE(exchanges));
}

static void bytes_reset(void)
{
	static const struct exchange exchanges[] = {
		{ 10, 20, CLIENT_RESETS },
		{ 10, 20, SERVER_RESETS },
		{ LARGE, 10, CLIENT_RESETS },
		{ 10, LARGE, SERVER_RESETS },
	};

	run_exchanges(exchanges, ARRAY_SIZE(exchanges));
}

/* SIGKILL of both; the kernel closes what they had. */
static void killed(void)
{
	struct tracer *tracer;
	struct link link;

	tracer = conn_tracer("");
	link = link_make("127.0.0.1", "127.0.0.1");
	peer_transfer(&link.client, &link.server, 10);
	child_kill(&link.client.child);
	expect_num(tracer_expect(tracer, "connect", link.port), "process.pid",
		   link.client.child.pid);
	peer_does(&link.server, PEER_EOF);
	child_kill(&link.server.child);
	expect_owner(tracer_expect(tracer, "end", link.port), link.client.child.pid);
	expect_owner(tracer_expect(tracer, "end", LINK_PORT), link.server.child.pid);
	tracer_sync_all(tracer);
	tracer_history(tracer, link.port, "connect,end");
}

static void hold_and_close(int ctl, void *arg)
{
	int fd = arg ? *(int *)arg : fd_receive(ctl);

	step_give(ctl);
	step_await(ctl);
	sock_close(fd);
}

/*
 * Whoever closes it last: the connection is its maker's, and ends once, when the
 * last descriptor is gone.
 */
static void end_by_another(bool forked)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT), client = tcp_connect(0, LINK_PORT);
	int server = accept(listener, NULL, NULL), port = sock_port(client);
	struct child other = child_start(hold_and_close, forked ? &client : NULL);

	if (!forked)
		fd_send(other.ctl, client);
	step_await(other.ctl);
	sock_close(client);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect");
	if (forked)
		sock_close(server); /* the child has this one, too */
	step_give(other.ctl);
	child_join(&other);
	if (!forked)
		sock_close(server);
	expect_owner(tracer_expect(tracer, "end", port), getpid());
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,end");
	sock_close(listener);
}

static void end_passed(void)
{
	end_by_another(false);
}

static void end_forked(void)
{
	end_by_another(true);
}

/* From before the trace: who holds it is known, how long it lasted is not. */
static void end_old(void)
{
	struct link link = link_make("127.0.0.1", "127.0.0.1");
	const struct event *event;
	struct tracer *tracer;

	need("old ends");
	tracer = conn_tracer("");
	tracer_sync_all(tracer);
	tracer_history(tracer, link.port, "");
	peer_transfer(&link.client, &link.server, 10);
	close_in_order(&link.client, &link.server, PEER_CLOSE);
	event = tracer_expect(tracer, "end", link.port);
	expect_ends(event, "127.0.0.1", link.port, "127.0.0.1", LINK_PORT);
	expect_num(event, "process.pid", link.client.child.pid);
	expect_text(event, "process.source", "proc");
	check(!event_get(event, "lifetime_ns"), "an invented lifetime in %s", event->line);
	event = tracer_expect(tracer, "end", LINK_PORT);
	expect_num(event, "process.pid", link.server.child.pid);
	expect_text(event, "process.source", "proc");
	tracer_sync_all(tracer);
	tracer_history(tracer, link.port, "end");
	check(tracer_count(tracer, "end", 0) == 2, "more than two `end`s");
	check(tracer_count(tracer, "accept", 0) == 0, "an old connection was told as accepted");
	check(tracer_count(tracer, "connect", 0) == 0, "an old connection was told as connected");
	link_done(&link);
}

const struct test ending_tests[] = {
	{ "bytes-none", "nothing sent: 0 bytes, however it closes", bytes_none, 20 },
	{ "bytes-few", "a few bytes: exact, SYN and FIN not counted", bytes_few, 20 },
	{ "bytes-many", "a megabyte: exact", bytes_many, 20 },
	{ "bytes-reset", "closed by RST: exact", bytes_reset, 20 },
	{ "end-killed", "SIGKILL of both ends: each ends by its own process", killed, 0 },
	{ "end-passed", "a connection passed on ends once, with the last descriptor", end_passed,
	  0 },
	{ "end-forked", "a connection inherited ends once, with the last descriptor", end_forked,
	  0 },
	{ "end-old", "a connection older than the trace ends by who holds it", end_old, 0 },
	{ 0 },
};
