/* SPDX-License-Identifier: GPL-2.0-only */
/* One end of a connection: a process that listens, connects, sends and closes as it is told. */
#ifndef LIVE_PEER_H
#define LIVE_PEER_H

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tracer.h"

enum peer_op {
	PEER_LISTEN,  /* at addr and port */
	PEER_ACCEPT,  /* the port of the other end */
	PEER_CONNECT, /* to addr and port, from local_port unless 0; its own port */
	PEER_SEND,    /* that number of bytes, and waits until all are acknowledged */
	PEER_RECEIVE, /* that number of bytes */
	PEER_EOF,     /* waits for the other's end */
	PEER_SHUT,    /* shutdown(SHUT_WR) */
	PEER_RESET,   /* closes by RST */
	PEER_CLOSE,
	PEER_UNLISTEN,
	PEER_COOKIE,
};

struct peer_order {
	enum peer_op op;
	const char *addr; /* 127.0.0.1 unless said */
	int port;
	int local_port;
	int protocol;
	long bytes;
};

struct peer {
	struct child child;
};

struct peer peer_start(void);

/* Carries it out; the result, or -errno. Fails the test at the deadline. */
long peer_try(struct peer *peer, const struct peer_order *order);

/* The same; fails the test on an error. */
long peer_do(struct peer *peer, const struct peer_order *order);
long peer_does(struct peer *peer, enum peer_op op);

/* Bytes from one to another, through the connection they have. */
void peer_transfer(struct peer *from, struct peer *to, long bytes);

/* A connection between two processes, established and accepted. */
struct link {
	struct peer client;
	struct peer server;
	const char *addr; /* of both */
	int port;         /* of the client */
	unsigned long long client_cookie;
	unsigned long long server_cookie;
};

#define LINK_PORT 8080

/* The server listens at `at`, the client connects to `to`; both are processes of their own. */
struct link link_make(const char *at, const char *to);

/* The listener's port closes, and both processes end. */
void link_done(struct link *link);

/* The cookie of that socket; absent only where it was made behind the hook's back. */
void expect_conn_cookie(const struct event *event, unsigned long long cookie);

/* Both ends of the event, and where it is known the process. */
void expect_ends(const struct event *event, const char *local, int port, const char *remote,
		 int remote_port);

/* A tracer that is asked for connections, binds excepted, and for MORE (",bind"), if not "". */
struct tracer *conn_tracer(const char *more);

#endif
