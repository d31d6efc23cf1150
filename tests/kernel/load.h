/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many connections, fast: two lines of processes, each of which connects some
 * times and is gone; two servers that share the listener. Each connection has a
 * local port of its own, by which it is known whose it was.
 */
#ifndef LIVE_LOAD_H
#define LIVE_LOAD_H

#include <stdbool.h>
#include <sys/types.h>

#define LOAD_PORT 8081
#define LOAD_FIRST 10000 /* the first client's port */
#define LOAD_MAX 40000   /* connections of a load */

struct load_conn {
	pid_t client;
	pid_t server;
	int serial; /* of the client, which calls itself "load-SERIAL" */
};

struct load {
	int lines;   /* processes at a time */
	int clients; /* of each line, one after the other */
	int each;    /* connections of a client */
	/* Counted by those who make it. */
	int attempts;
	int connected;
	int answered; /* one byte there, one byte back */
	int accepted;
	int reused; /* clients with the pid of an earlier one */
	struct load_conn conns[LOAD_MAX];
};

/* Starts it; it is under way when this returns. */
struct load *load_start(int lines, int clients, int each);

/* Waits for its end. Every connection must have succeeded, at both ends. */
void load_join(struct load *load);

/* Waits until that many connections have been made. */
void load_await(const struct load *load, int connected);

int load_total(const struct load *load);

#endif
