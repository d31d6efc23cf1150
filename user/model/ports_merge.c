// SPDX-License-Identifier: GPL-2.0-only
/* The table against a snapshot: what it lacks, and what is gone. */
#include "model/port_table.h"

#include "base/libc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * At the start what ss shows: TCP in LISTEN, UDP without a peer. After a loss
 * also UDP with a peer, but only if an open of it was due: the kernel does not
 * keep how a socket got its port.
 */
static bool wanted(const struct snapshot_row *row, enum event_kind as)
{
	bool udp = row->socket.local.proto != IPPROTO_TCP;

	if (as == EVENT_EXISTING)
		return !row->socket.connected;
	return !udp || row->socket.tracked;
}

static bool may_enter(struct ports *ports, const struct snapshot_row *row, enum event_kind as,
		      const struct socket_set *skip)
{
	struct open_socket *open = port_table_find(ports, &row->socket);

	if (!wanted(row, as) || socket_set_has(skip, &row->socket))
		return false;
	/* Where cookies are not made, one that outlived its socket is told by its port alone. */
	if (open && same_socket(&open->socket, &row->socket) &&
	    !port_table_compare(&open->socket.local, &row->socket.local)) {
		if (!open->socket.cookie)
			open->socket.cookie = row->socket.cookie;
		return false;
	}
	if (open)
		port_table_missing(ports, open, row->time_ns);
	return true;
}

/*
 * One event for the rows from..to, which are one port. Its holders are those
 * of all its sockets, each once: of the same process in two rows the second is
 * dropped by comparing pointers.
 */
static int tell_found(struct ports *ports, struct snapshot_row *const *rows, size_t n,
		      enum event_kind as, bool all_seen)
{
	struct event event = { .kind = as, .from = RECORD_OPEN, .socket = rows[0]->socket };
	struct process **holders;
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += rows[i]->n_holders;
	holders = calloc(total ? total : 1, sizeof(struct process *));
	if (!holders)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		for (size_t h = 0; h < rows[i]->n_holders; h++) {
			size_t seen = 0;

			while (seen < event.n_holders && holders[seen] != rows[i]->holders[h])
				seen++;
			holders[seen] = rows[i]->holders[h];
			event.n_holders += seen == event.n_holders;
		}
	}
	event.holders = holders;
	event.holders_known = event.n_holders || all_seen;
	event.time_ns = rows[0]->time_ns;
	event.actor = snapshot_actor(rows[0]);
	event.sharing = port_table_find(ports, &rows[0]->socket)->group->sockets;
	ports->tell(&event, ports->arg);
	free(holders);
	return 0;
}

/* Enters the rows of one port, from *i on, into found; moves *i behind them. */
static int enter_port(struct ports *ports, const struct snapshot *snapshot, size_t *i,
		      enum event_kind as, const struct socket_set *skip,
		      struct snapshot_row **found, size_t *n)
{
	const struct endpoint *endpoint = &snapshot->rows[*i]->socket.local;

	*n = 0;
	for (; *i < snapshot->n; (*i)++) {
		struct snapshot_row *row = snapshot->rows[*i];
		struct open_socket *open;

		if (port_table_compare(endpoint, &row->socket.local) != 0)
			return 0;
		if (!may_enter(ports, row, as, skip))
			continue;
		open = port_table_enter(ports, &row->socket, 0, row->time_ns);
		if (!open)
			return -ENOMEM;
		open->opener = snapshot_actor(row);
		if (open->opener.process)
			procs_ref(open->opener.process);
		found[(*n)++] = row;
	}
	return 0;
}

int ports_load(struct ports *ports, const struct snapshot *snapshot, enum event_kind as,
	       const struct socket_set *skip)
{
	struct snapshot_row **found = calloc(snapshot->n ? snapshot->n : 1, sizeof(*found));
	int err = found ? 0 : -ENOMEM;
	size_t i = 0, n;

	while (!err && i < snapshot->n) {
		err = enter_port(ports, snapshot, &i, as, skip, found, &n);
		if (!err && n)
			err = tell_found(ports, found, n, as, !snapshot->holders_hidden);
	}
	free(found);
	return err;
}

/* twalk_r() hands this to each node. */
struct missing {
	const struct snapshot *snapshots[2]; /* the second may be NULL */
	const struct socket_set *skip;       /* may be NULL */
	uint64_t before_ns;
	struct open_socket **found;
	size_t n;
	size_t cap;
};

static void collect_missing(const void *node, VISIT visit, void *arg)
{
	struct open_socket *open = *(struct open_socket *const *)node;
	struct missing *missing = arg;

	if (visit != postorder && visit != leaf)
		return;
	if (open->seen_ns >= missing->before_ns)
		return;
	for (size_t i = 0; i < 2 && missing->snapshots[i]; i++)
		if (snapshot_find(missing->snapshots[i], &open->socket))
			return;
	if (missing->skip && socket_set_has(missing->skip, &open->socket))
		return;
	if (missing->n == missing->cap) {
		size_t cap = missing->cap ? missing->cap * 2 : 64;
		struct open_socket **found = reallocarray(missing->found, cap, sizeof(*found));

		if (!found)
			return; /* it is found again by the next comparison */
		missing->found = found;
		missing->cap = cap;
	}
	missing->found[missing->n++] = open;
}

bool ports_any_missing(struct ports *ports, const struct snapshot *snapshot, uint64_t before_ns)
{
	struct missing missing = { .snapshots = { snapshot }, .before_ns = before_ns };

	twalk_r(ports->sockets, collect_missing, &missing);
	free(missing.found);
	return missing.n > 0;
}

void ports_drop_missing(struct ports *ports, const struct snapshot *first,
			const struct snapshot *second, const struct socket_set *skip,
			uint64_t before_ns)
{
	struct missing missing = {
		.snapshots = { first, second },
		.skip = skip,
		.before_ns = before_ns,
	};

	twalk_r(ports->sockets, collect_missing, &missing);
	for (size_t i = 0; i < missing.n; i++)
		port_table_missing(ports, missing.found[i], before_ns);
	free(missing.found);
}
