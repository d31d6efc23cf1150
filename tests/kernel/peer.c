// SPDX-License-Identifier: GPL-2.0-only
#include "peer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "doctor.h"
#include "harness.h"

#define CHUNK 65536

/* An order as it crosses a socket. */
struct message {
	struct peer_order order;
	char addr[48];
};

/* The process's side. */
struct state {
	int listener;
	int conn;
};

static long close_fd(int *fd)
{
	int err = close(*fd) ? -errno : 0;

	*fd = -1;
	return err;
}

static long do_accept(struct state *state)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	state->conn = accept4(state->listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
	return state->conn < 0 ? -errno : sock_remote_port(state->conn);
}

static long do_connect(struct state *state, const struct peer_order *order)
{
	state->conn = sock_open(order->addr, order->protocol, order->local_port);
	if (state->conn < 0)
		return state->conn;
	if (sock_connect(state->conn, order->addr, order->port)) {
		int err = -errno;

		close_fd(&state->conn);
		return err;
	}
	return sock_port(state->conn);
}

static long do_send(int fd, long bytes)
{
	static char chunk[CHUNK];
	int unacked = 1;

	while (bytes > 0) {
		ssize_t sent = send(fd, chunk, bytes < CHUNK ? bytes : CHUNK, MSG_NOSIGNAL);

		if (sent < 0)
			return -errno;
		bytes -= sent;
	}
	while (!ioctl(fd, SIOCOUTQ, &unacked) && unacked > 0)
		poll(NULL, 0, 1);
	return 0;
}

/* All of them, or until the end. */
static long do_receive(int fd, long bytes)
{
	static char chunk[CHUNK];
	long done = 0;

	while (done < bytes) {
		ssize_t got = recv(fd, chunk, bytes - done < CHUNK ? bytes - done : CHUNK, 0);

		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += got;
	}
	return done;
}

static long do_eof(int fd)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, 0);

	return got <= 0 ? 0 : -EPROTO; /* by FIN or by RST */
}

static long do_reset(struct state *state)
{
	struct linger reset = { .l_onoff = 1 };

	if (setsockopt(state->conn, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)))
		return -errno;
	return close_fd(&state->conn);
}

static long carry_out(struct state *state, const struct peer_order *order)
{
	struct spec listener = { .addr = order->addr,
				 .port = order->port,
				 .protocol = order->protocol,
				 .flags = SPEC_REUSEADDR };

	switch (order->op) {
	case PEER_LISTEN:
		state->listener = spec_try(&listener);
		return state->listener;
	case PEER_ACCEPT:
		return do_accept(state);
	case PEER_CONNECT:
		return do_connect(state, order);
	case PEER_SEND:
		return do_send(state->conn, order->bytes);
	case PEER_RECEIVE:
		return do_receive(state->conn, order->bytes) == order->bytes ? 0 : -EPROTO;
	case PEER_EOF:
		return do_eof(state->conn);
	case PEER_SHUT:
		return shutdown(state->conn, SHUT_WR) ? -errno : 0;
	case PEER_RESET:
		return do_reset(state);
	case PEER_CLOSE:
		return close_fd(&state->conn);
	case PEER_UNLISTEN:
		return close_fd(&state->listener);
	case PEER_COOKIE:
		return (long)sock_cookie(state->conn);
	}
	return -EINVAL;
}

static void serve(int ctl, void *arg)
{
	struct state state = { -1, -1 };
	struct message message;

	(void)arg;
	while (recv(ctl, &message, sizeof(message), 0) == sizeof(message)) {
		long answer;

		message.order.addr = message.addr;
		answer = carry_out(&state, &message.order);
		if (send(ctl, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			return;
	}
}

struct peer peer_start(void)
{
	return (struct peer){ child_start(serve, NULL) };
}

static void give_order(struct peer *peer, const struct peer_order *order)
{
	struct message message = { .order = *order };

	snprintf(message.addr, sizeof(message.addr), "%s", order->addr ? order->addr : "127.0.0.1");
	if (send(peer->child.ctl, &message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
		test_fail("one end of the connection is gone: %s", strerror(errno));
}

long peer_try(struct peer *peer, const struct peer_order *order)
{
	give_order(peer, order);
	return number_await(peer->child.ctl);
}

static long expect_done(long answer, enum peer_op op)
{
	if (answer < 0 && op != PEER_COOKIE)
		test_fail("step %d of a connection: %s", op, strerror((int)-answer));
	return answer;
}

long peer_do(struct peer *peer, const struct peer_order *order)
{
	return expect_done(peer_try(peer, order), order->op);
}

long peer_does(struct peer *peer, enum peer_op op)
{
	return peer_do(peer, &(struct peer_order){ .op = op });
}

void peer_transfer(struct peer *from, struct peer *to, long bytes)
{
	give_order(from, &(struct peer_order){ .op = PEER_SEND, .bytes = bytes });
	give_order(to, &(struct peer_order){ .op = PEER_RECEIVE, .bytes = bytes });
	expect_done(number_await(to->child.ctl), PEER_RECEIVE);
	expect_done(number_await(from->child.ctl), PEER_SEND);
}

struct link link_make(const char *at, const char *to)
{
	struct link link = { .client = peer_start(), .server = peer_start(), .addr = to };

	peer_do(&link.server,
		&(struct peer_order){ .op = PEER_LISTEN, .addr = at, .port = LINK_PORT });
	link.port = (int)peer_do(&link.client, &(struct peer_order){ .op = PEER_CONNECT,
								     .addr = to,
								     .port = LINK_PORT });
	check(peer_does(&link.server, PEER_ACCEPT) == link.port, "another connection was accepted");
	link.client_cookie = (unsigned long long)peer_does(&link.client, PEER_COOKIE);
	link.server_cookie = (unsigned long long)peer_does(&link.server, PEER_COOKIE);
	return link;
}

void link_done(struct link *link)
{
	peer_does(&link->server, PEER_UNLISTEN);
	child_kill(&link->client.child);
	child_kill(&link->server.child);
}

/* Those of tracing programs ask for a cookie only where the kernel lets them. */
void expect_conn_cookie(const struct event *event, unsigned long long cookie)
{
	if (event_get(event, "socket.cookie") || given_by("connections", "cgroup"))
		expect_num(event, "socket.cookie", (long long)cookie);
}

void expect_ends(const struct event *event, const char *local, int port, const char *remote,
		 int remote_port)
{
	expect_text(event, "local.addr", local);
	expect_num(event, "local.port", port);
	expect_text(event, "remote.addr", remote);
	expect_num(event, "remote.port", remote_port);
}

struct tracer *conn_tracer(const char *more)
{
	char events[128];

	need("connections");
	snprintf(events, sizeof(events), "open,close,connect,accept,end,fail%s", more);
	return tracer_start_events(events);
}
