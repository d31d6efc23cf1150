/* SPDX-License-Identifier: GPL-2.0-only */
/* All that is known of one port, for a person and as JSON. Pure: facts in, bytes out. */
#ifndef PORTTRACE_OUTPUT_WHO_H
#define PORTTRACE_OUTPUT_WHO_H

#include "base/buf.h"
#include "enrich/enrich.h"
#include "enrich/portrait.h"
#include "model/snapshot.h"

struct peer {
	struct endpoint end; /* its port is 0: the address alone counts */
	size_t connections;
};

struct port_facts {
	/*
	 * EVENT_EXISTING of the first socket, with the holders of all; its actor is
	 * the one that is told about.
	 */
	const struct event *event;
	const struct snapshot_row *const *rows; /* the sockets of the port */
	size_t n_rows;
	const struct portrait *portrait; /* of the actor; NULL: there is none */
	const char *device;       /* the socket is bound to; NULL: to none, or it has no name */
	const struct peer *peers; /* those with most connections first */
	size_t n_peers;
	size_t connections;
	uint64_t now_ns; /* CLOCK_BOOTTIME */
	bool here;       /* in our own namespace, and which one is the host's is not known */
	bool judged;     /* there is a policy; event->verdict NULL: what it says is not known */
	bool all_seen;   /* no holder means that there is none, not that it is hidden from us */
};

/* Connections wait there to be accepted. */
static inline bool who_has_backlog(const struct socket_info *socket)
{
	return socket->local.proto == IPPROTO_TCP || socket->local.proto == IPPROTO_SCTP;
}

/* So far go the names of what is told: what follows begins here. */
#define WHO_HEADING 16

/* One screen, the first line the answer. */
void who_put_text(struct buf *out, struct enrich *enrich, const struct port_facts *facts);
/* One object, a line. */
void who_put_json(struct buf *out, struct enrich *enrich, const struct port_facts *facts);
/*
 * "curl (4242) has a connection by tcp, 10.0.0.1:53 -> 192.0.2.1:443", for a number
 * that nobody has open. event.connection is set.
 */
void who_put_user(struct buf *out, const struct event *event);

#endif
