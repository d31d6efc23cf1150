// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/who_facts.h"

#include "base/loop.h"
#include "base/netns.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- who holds it ------------------------------------------------------------------------ */

/* The holders of all sockets, each once, the oldest first. Processes are unique by pointer. */
static int gather_holders(struct event *event, const struct snapshot_row *const *rows, size_t n)
{
	size_t all = 0, kept = 0;

	for (size_t i = 0; i < n; i++)
		all += rows[i]->n_holders;
	event->holders = calloc(all + 1, sizeof(struct process *));
	if (!event->holders)
		return -ENOMEM;
	all = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t h = 0; h < rows[i]->n_holders; h++)
			event->holders[all++] = rows[i]->holders[h];
	qsort(event->holders, all, sizeof(struct process *), process_by_age);
	for (size_t i = 0; i < all; i++)
		if (!kept || event->holders[kept - 1] != event->holders[i])
			event->holders[kept++] = event->holders[i];
	event->n_holders = kept;
	return 0;
}

/*
 * The oldest, since workers come from it. But PID 1 opens ports for others, which serve
 * them (socket activation): where it is not alone, the next one is who is asked for.
 */
static struct process *main_holder(const struct event *event)
{
	if (!event->n_holders)
		return NULL;
	if (event->holders[0]->tgid == 1 && event->n_holders > 1)
		return event->holders[1];
	return event->holders[0];
}

static struct actor actor_of(struct process *process)
{
	struct actor actor = { .process = process };

	if (!process)
		return actor;
	actor.uid = process->uid;
	actor.gid = process->gid;
	actor.source = SOURCE_PROC;
	memcpy(actor.comm, process->comm, sizeof(actor.comm));
	return actor;
}

/* --- who is connected ---------------------------------------------------------------------- */

static bool any_address(const struct endpoint *local)
{
	static const uint8_t none[16];

	return !memcmp(local->addr, none, sizeof(none));
}

/* One that is over and only keeps its number is nobody's connection (TIME-WAIT). */
#define STATE_TIME_WAIT 6 /* include/net/tcp_states.h */

static bool same_number(const struct endpoint *a, const struct endpoint *b)
{
	return a->netns == b->netns && a->port == b->port && a->proto == b->proto &&
	       a->family == b->family;
}

static bool same_address(const struct endpoint *a, const struct endpoint *b)
{
	return !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/* Of the same number as that port, with a peer. */
static bool is_connection(const struct endpoint *port, const struct snapshot_row *row)
{
	return row->socket.connected && row->remote.port && row->socket.state != STATE_TIME_WAIT &&
	       same_number(&row->socket.local, port);
}

/* Addresses of ports with the same number as a wildcard: what comes to them is not the wildcard's. */
struct taken {
	const struct endpoint **list; /* owned, sorted */
	size_t n;
};

static int by_local(const void *a, const void *b)
{
	const struct endpoint *ea = *(const struct endpoint *const *)a;
	const struct endpoint *eb = *(const struct endpoint *const *)b;

	return memcmp(ea->addr, eb->addr, sizeof(ea->addr));
}

static int find_taken(struct taken *taken, const struct snapshot *snapshot,
		      const struct endpoint *port)
{
	*taken = (struct taken){ 0 };
	if (!any_address(port))
		return 0;
	taken->list = calloc(snapshot->n + 1, sizeof(*taken->list));
	if (!taken->list)
		return -ENOMEM;
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct socket_info *other = &snapshot->rows[i]->socket;

		if (!other->connected && same_number(&other->local, port) &&
		    !any_address(&other->local))
			taken->list[taken->n++] = &other->local;
	}
	if (taken->n)
		qsort(taken->list, taken->n, sizeof(*taken->list), by_local);
	return 0;
}

static bool is_taken(const struct taken *taken, const struct endpoint *local)
{
	return taken->n && bsearch(&local, taken->list, taken->n, sizeof(*taken->list), by_local);
}

/* A connection at this end of the port: at its address, or, of a wildcard, at one nobody else has. */
static bool connected_to(const struct endpoint *port, const struct taken *taken,
			 const struct snapshot_row *row)
{
	const struct endpoint *local = &row->socket.local;

	if (!is_connection(port, row))
		return false;
	return any_address(port) ? !is_taken(taken, local) : same_address(local, port);
}

static int by_address(const void *a, const void *b)
{
	const struct peer *pa = a, *pb = b;

	return memcmp(pa->end.addr, pb->end.addr, sizeof(pa->end.addr));
}

static int by_connections(const void *a, const void *b)
{
	const struct peer *pa = a, *pb = b;

	if (pa->connections != pb->connections)
		return pa->connections > pb->connections ? -1 : 1;
	return by_address(a, b);
}

/* Peers with the same address become one, with the count of both. */
static size_t merge_peers(struct peer *peers, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(peers, n, sizeof(*peers), by_address);
	for (size_t i = 0; i < n; i++) {
		if (kept && !by_address(&peers[kept - 1], &peers[i]))
			peers[kept - 1].connections++;
		else
			peers[kept++] = peers[i];
	}
	if (kept)
		qsort(peers, kept, sizeof(*peers), by_connections);
	return kept;
}

static int gather_peers(struct who_facts *who, const struct snapshot *snapshot)
{
	const struct endpoint *port = &who->event.socket.local;
	struct taken taken;
	size_t n = 0;

	for (size_t i = 0; i < snapshot->n; i++)
		n += is_connection(port, snapshot->rows[i]);
	who->peers = calloc(n + 1, sizeof(*who->peers));
	if (!who->peers || find_taken(&taken, snapshot, port))
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < snapshot->n; i++) {
		if (!connected_to(port, &taken, snapshot->rows[i]))
			continue;
		who->peers[n] = (struct peer){ .end = snapshot->rows[i]->remote, .connections = 1 };
		who->peers[n++].end.port = 0;
	}
	free(taken.list);
	who->facts.connections = n;
	who->facts.n_peers = merge_peers(who->peers, n);
	who->facts.peers = who->peers;
	return 0;
}

/* ----------------------------------------------------------------------------------------------- */

/* Numbers of interfaces are a namespace's own. */
static void name_device(struct who_facts *who, const struct open_now *now)
{
	const struct endpoint *local = &who->event.socket.local;
	struct netns_visit visit;
	int fd;

	if (!local->ifindex)
		return;
	fd = open_now_netns_fd(now, local->netns);
	if (fd < 0)
		return;
	if (!netns_visit(&visit, fd)) {
		if (if_indextoname(local->ifindex, who->device))
			who->facts.device = who->device;
		netns_leave(&visit);
	}
	close(fd);
}

/* Without the privilege to look further we know our own namespace alone. */
static bool is_here(const struct open_now *now, uint32_t netns)
{
	struct stat st;

	return !open_now_host_netns(now) && !stat("/proc/self/ns/net", &st) && st.st_ino == netns;
}

_Static_assert(sizeof(((struct who_facts *)NULL)->device) == IF_NAMESIZE, "a device's name fits");

int who_facts_gather(struct who_facts *who, struct open_now *now, size_t first, size_t n)
{
	const struct snapshot *snapshot = open_now_snapshot(now);
	const struct snapshot_row *const *rows =
		(const struct snapshot_row *const *)snapshot->rows + first;
	int err;

	*who = (struct who_facts){
		.event = { .kind = EVENT_EXISTING,
			   .from = RECORD_OPEN,
			   .time_ns = rows[0]->time_ns,
			   .socket = rows[0]->socket,
			   .sharing = (uint32_t)n },
		.facts = { .rows = rows,
			   .n_rows = n,
			   .now_ns = boot_now_ns(),
			   .here = is_here(now, rows[0]->socket.local.netns),
			   .all_seen = !open_now_hides_holders(now) },
	};
	who->facts.event = &who->event;
	err = gather_holders(&who->event, rows, n);
	if (!err)
		err = gather_peers(who, snapshot);
	if (err)
		return err;
	who->event.holders_known = who->event.n_holders || who->facts.all_seen;
	name_device(who, now);
	who->event.actor = actor_of(main_holder(&who->event));
	if (who->event.actor.process) {
		portrait_read(&who->portrait, who->event.actor.process);
		who->facts.portrait = &who->portrait;
	}
	return 0;
}

void who_facts_free(struct who_facts *who)
{
	portrait_free(&who->portrait);
	free(who->event.holders);
	free(who->peers);
}
