// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each step of a TCP socket, in order. Backends differ in the steps into LISTEN
 * and SYN_RECV: those have a test of their own, and are passed over elsewhere.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "peer.h"
#include "tests.h"

/* A tracepoint sees the step into SYN_SENT before the kernel has picked the port. */
static bool is_unbound_step(const struct event *event)
{
	return event->port == 0 && event->remote_port && !given_by("connections", "cgroup") &&
	       !strcmp(event_text(event, "new"), "SYN_SENT");
}

static bool is_step(const struct event *event, int port, int remote_port)
{
	if (strcmp(event->name, "state") != 0)
		return false;
	if (!remote_port && is_unbound_step(event))
		return true;
	return event->port == port && (!remote_port || event->remote_port == remote_port);
}

static bool seen_by_some(const char *state)
{
	return !strcmp(state, "SYN_RECV") || !strcmp(state, "LISTEN");
}

/* want: "SYN_SENT,ESTABLISHED,..."; each step starts where the one before ended. */
static void expect_steps(const struct tracer *tracer, int port, int remote_port, pid_t pid,
			 const char *want)
{
	char told[512] = "", last[16] = "";
	size_t len = 0;

	for (size_t i = 0; i < tracer->count && len < sizeof(told) - 32; i++) {
		const struct event *event = tracer->events[i];
		const char *new;

		if (!is_step(event, port, remote_port))
			continue;
		new = event_text(event, "new");
		if (event->pid)
			check(event->pid == pid, "another's process in %s", event->line);
		if (*last)
			expect_text(event, "old", last);
		snprintf(last, sizeof(last), "%s", seen_by_some(new) ? "" : new);
		if (!seen_by_some(new))
			len += snprintf(told + len, sizeof(told) - len, "%s%s", len ? "," : "",
					new);
	}
	check(!strcmp(told, want), "port %d: expected the steps \"%s\", told were \"%s\"", port,
	      want, told);
}

/* One end does that, the other sees it and closes; each one's steps by itself. */
static void expect_ending(const char *addr, bool by_client, enum peer_op how, const char *client,
			  const char *server)
{
	struct tracer *tracer = conn_tracer(",state");
	struct link link = link_make(addr, addr);
	struct peer *first = by_client ? &link.client : &link.server;
	struct peer *second = by_client ? &link.server : &link.client;

	if (how == PEER_CLOSE)
		peer_transfer(&link.client, &link.server, 10);
	peer_does(first, how);
	peer_does(second, PEER_EOF);
	peer_does(second, PEER_CLOSE);
	tracer_sync_all(tracer);
	expect_steps(tracer, link.port, 0, link.client.child.pid, client);
	expect_steps(tracer, LINK_PORT, link.port, link.server.child.pid, server);
	link_done(&link);
}

static void closed_by_client(void)
{
	expect_ending("127.0.0.1", true, PEER_CLOSE,
		      "SYN_SENT,ESTABLISHED,FIN_WAIT1,FIN_WAIT2,CLOSE",
		      "ESTABLISHED,CLOSE_WAIT,LAST_ACK,CLOSE");
}

static void closed_by_server(void)
{
	expect_ending("::1", false, PEER_CLOSE, "SYN_SENT,ESTABLISHED,CLOSE_WAIT,LAST_ACK,CLOSE",
		      "ESTABLISHED,FIN_WAIT1,FIN_WAIT2,CLOSE");
}

static void reset(void)
{
	expect_ending("127.0.0.1", true, PEER_RESET, "SYN_SENT,ESTABLISHED,CLOSE",
		      "ESTABLISHED,CLOSE");
}

static void refused(void)
{
	struct tracer *tracer = conn_tracer(",state");
	int fd = sock_open("127.0.0.1", 0, 7070);

	check(sock_connect(fd, "127.0.0.1", 9) && errno == ECONNREFUSED, "it was not refused");
	sock_close(fd);
	tracer_sync_all(tracer);
	expect_steps(tracer, 7070, 0, getpid(), "SYN_SENT,CLOSE");
}

/* The client's process is known at every step. */
static void owner_of_steps(void)
{
	struct tracer *tracer = conn_tracer(",state");
	struct link link = link_make("127.0.0.1", "127.0.0.1");
	int known = 0;

	peer_does(&link.client, PEER_CLOSE);
	peer_does(&link.server, PEER_EOF);
	peer_does(&link.server, PEER_CLOSE);
	tracer_sync_all(tracer);
	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		if (!is_step(event, link.port, 0))
			continue;
		expect_owner(event, link.client.child.pid);
		known++;
	}
	check(known == 5, "%d steps of the client, not 5", known);
	link_done(&link);
}

static void listener_steps(void)
{
	struct tracer *tracer;
	int fd;

	need_seen("connections", "LISTEN");
	tracer = conn_tracer(",state");
	fd = tcp_listen("127.0.0.1", LINK_PORT);
	sock_close(fd);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "state", LINK_PORT) == 2, "not two steps of a listener");
	expect_text(tracer_expect(tracer, "state", LINK_PORT), "new", "LISTEN");
	expect_text(tracer_expect(tracer, "state", LINK_PORT), "new", "CLOSE");
}

const struct test state_tests[] = {
	{ "states-client", "each step of a connection that the client closes", closed_by_client,
	  0 },
	{ "states-server", "each step of a connection that the server closes", closed_by_server,
	  0 },
	{ "states-reset", "each step of a connection that is reset", reset, 0 },
	{ "states-refused", "each step of a connect that is refused", refused, 0 },
	{ "states-owner", "a client's process is told at every step", owner_of_steps, 0 },
	{ "states-listener", "the two steps of a listener", listener_steps, 0 },
	{ 0 },
};
