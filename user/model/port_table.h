/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table behind model/ports.h: sockets by address, and the ports they share.
 * For ports.c, which applies records, and ports_merge.c, which compares with a
 * snapshot.
 */
#ifndef PORTTRACE_MODEL_PORT_TABLE_H
#define PORTTRACE_MODEL_PORT_TABLE_H

#include "model/ports.h"

#include <search.h>
#include <sys/queue.h>

LIST_HEAD(member_list, open_socket);

/* A port, while any socket has it. endpoint comes first: it is the key. */
struct group {
	struct endpoint endpoint;
	uint32_t sockets;
	unsigned int verdict; /* as ports_judged() */
	struct member_list members;
};

/* An open socket. socket comes first: its sk is the key. */
struct open_socket {
	struct socket_info socket;
	uint64_t opened_ns;  /* 0: before the trace */
	uint64_t seen_ns;    /* when it was entered */
	struct actor opener; /* or, for what the snapshot found, a holder */
	struct group *group;
	LIST_ENTRY(open_socket) in_group;
};

/* Listeners that closed lately: what they accepted before may be told after. */
#define CLOSED_KEPT 64

struct closed_listener {
	struct endpoint endpoint;
	uint64_t closed_ns;
	struct actor owner; /* with a reference */
};

struct ports {
	struct closed_listener closed[CLOSED_KEPT]; /* a ring */
	size_t n_closed;                            /* ever */
	struct procs *procs;
	event_fn tell;
	void *arg;
	void *sockets; /* tree of struct open_socket */
	void *groups;  /* tree of struct group */
	size_t n;
};

/* Orders endpoints; for tfind() over groups, too. */
int port_table_compare(const void *a, const void *b);

struct open_socket *port_table_find(struct ports *ports, const struct socket_info *socket);
/* The port that has this endpoint, or NULL. */
struct group *port_table_group(struct ports *ports, const struct endpoint *endpoint);
/* NULL: no memory. */
struct open_socket *port_table_enter(struct ports *ports, const struct socket_info *socket,
				     uint64_t opened_ns, uint64_t seen_ns);
/* Takes it out of the table; returns how many sockets its port has left. */
uint32_t port_table_leave(struct ports *ports, struct open_socket *open);
/* Takes it out, and tells event, which is its close, with what only the table knows. */
void port_table_close(struct ports *ports, struct event *event, struct open_socket *open);
/* Its close was lost: takes it out, and tells so. time_ns: when it was noticed. */
void port_table_missing(struct ports *ports, struct open_socket *open, uint64_t time_ns);
/*
 * Whose it was: the listener at this endpoint that closed last, if it was open
 * at that time. Nobody: no process. With a reference.
 */
struct actor port_table_closed_owner(struct ports *ports, const struct endpoint *endpoint,
				     uint64_t time_ns);
/* Whose socket it is, as far as was told or found; with a reference. */
struct actor port_table_owner(const struct open_socket *open);

#endif
