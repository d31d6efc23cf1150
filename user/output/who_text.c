// SPDX-License-Identifier: GPL-2.0-only
/* One port for a person, read from the top. */
#include "output/cells.h"
#include "output/who_words.h"

#include "base/escape.h"

#include <netinet/tcp.h>
#include <string.h>

#define NSEC_PER_SEC 1000000000ULL
#define PEERS_SHOWN 5

/* "3 min ago": one unit, as a person would say it. */
static void put_ago(struct buf *out, uint64_t ns)
{
	static const struct {
		uint64_t from;
		uint64_t length;
		const char *one;
		const char *many;
	} units[] = {
		{ 172800, 86400, "day", "days" },
		{ 7200, 3600, "h", "h" },
		{ 60, 60, "min", "min" },
		{ 1, 1, "s", "s" },
	};
	uint64_t seconds = ns / NSEC_PER_SEC;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (seconds < units[i].from)
			continue;
		who_count(out, seconds / units[i].length, units[i].one, units[i].many);
		buf_puts(out, " ago");
		return;
	}
	buf_puts(out, "just now");
}

/* --- the answer ------------------------------------------------------------------------------ */

/* "tcp/8080 on 0.0.0.0", and where, if not on the host. */
static void put_port(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct event *e = facts->event;
	const char *netns = enrich_netns(enrich, e->socket.local.netns);
	char addr[INET6_ADDRSTRLEN];

	endpoint_addr_text(&e->socket.local, addr);
	buf_puts(out, proto_name(&e->socket));
	buf_putc(out, '/');
	buf_put_u64(out, e->socket.local.port);
	buf_puts(out, " on ");
	buf_puts(out, addr);
	if (facts->here || (netns && !strcmp(netns, "host")))
		return;
	buf_puts(out, " in the network namespace ");
	column_put_netns(e, enrich, out);
}

static void put_nobody(struct buf *out, const struct port_facts *facts)
{
	if (facts->event->socket.kernel)
		buf_puts(out, " is the kernel's own: no process holds it");
	else if (facts->all_seen)
		buf_puts(out,
			 " is open, and no process holds it: its descriptor is on the way between "
			 "two, or io_uring's");
	else
		buf_puts(out, " is open: who holds it cannot be seen from here");
}

static void put_holders_in_short(struct buf *out, const struct event *e)
{
	const struct process *main = e->actor.process, *other = NULL;

	buf_puts(out, " is held by ");
	who_name(out, e->actor.comm, main->tgid);
	for (size_t i = 0; i < e->n_holders; i++)
		if (e->holders[i] != main)
			other = e->holders[i];
	if (e->n_holders == 2 && other) {
		buf_puts(out, " and ");
		who_name(out, other->comm, other->tgid);
	} else if (e->n_holders > 2) {
		buf_puts(out, " and ");
		buf_put_u64(out, e->n_holders - 1);
		buf_puts(out, " more");
	}
}

/* The parent as it is now; if it cannot be read, as the kernel side told it. */
static void put_parent(struct buf *out, const struct port_facts *facts)
{
	const struct process *p = facts->event->actor.process;
	const struct portrait *portrait = facts->portrait;

	if (portrait && portrait->n_ancestors) {
		buf_puts(out, " from ");
		who_name(out, portrait->ancestors[0].comm, portrait->ancestors[0].pid);
	} else if (p->described && p->ppid) {
		buf_puts(out, " from ");
		who_name(out, p->parent_comm, p->ppid);
	}
}

static void put_answer(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct event *e = facts->event;

	put_port(out, enrich, facts);
	if (e->actor.process) {
		put_holders_in_short(out, e);
		buf_puts(out, ", started by ");
		who_user(out, enrich, e->actor.uid);
		put_parent(out, facts);
		if (facts->now_ns > e->actor.process->start_ns) {
			buf_puts(out, ", ");
			put_ago(out, facts->now_ns - e->actor.process->start_ns);
		}
	} else {
		put_nobody(out, facts);
	}
	buf_putc(out, '\n');
}

/* --- the port ---------------------------------------------------------------------------------- */

static const char *any_address(const struct endpoint *local)
{
	if (local->family == AF_INET || endpoint_is_mapped(local))
		return "at any address";
	return local->v6only ? "at any IPv6 address" : "at any address, IPv4 and IPv6,";
}

static void put_scope(struct buf *out, const struct endpoint *local, const char *here)
{
	enum scope scope = endpoint_scope(local);
	char addr[INET6_ADDRSTRLEN];

	endpoint_addr_text(local, addr);
	if (scope == SCOPE_ANY) {
		buf_puts(out, any_address(local));
		buf_puts(out, " of ");
		buf_puts(out, here);
		return;
	}
	if (scope == SCOPE_LOOPBACK) {
		buf_puts(out, "from ");
		buf_puts(out, here);
		buf_puts(out, " alone, at the loopback address ");
		buf_puts(out, addr);
		return;
	}
	buf_puts(out, scope == SCOPE_LINK      ? "from the local link alone, at " :
		      scope == SCOPE_MULTICAST ? "by the multicast group " :
						 "at ");
	buf_puts(out, addr);
	if (scope == SCOPE_PRIVATE)
		buf_puts(out, ", a private address");
	else if (scope == SCOPE_PUBLIC)
		buf_puts(out, ", a public address");
}

static void put_device(struct buf *out, const struct port_facts *facts)
{
	if (!facts->event->socket.local.ifindex)
		return;
	buf_puts(out, ", through ");
	if (facts->device) {
		who_text(out, facts->device);
	} else {
		buf_puts(out, "interface ");
		buf_put_u64(out, facts->event->socket.local.ifindex);
	}
	buf_puts(out, " alone");
}

static void put_reach(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct endpoint *local = &facts->event->socket.local;
	const char *netns = enrich_netns(enrich, local->netns);
	bool host = netns && !strcmp(netns, "host");

	who_label(out, "reachable");
	put_scope(out, local,
		  host        ? "this host" :
		  facts->here ? "this network namespace" :
				"its network namespace");
	put_device(out, facts);
	buf_putc(out, '\n');
}

static void put_service(struct buf *out, struct enrich *enrich, const struct endpoint *local)
{
	const char *name = enrich_service(enrich, local->proto, local->port);

	who_label(out, "service");
	if (name) {
		who_text(out, name);
		buf_puts(out, ", ");
	}
	buf_puts(out, "a ");
	buf_puts(out, enrich_class(local->port));
	buf_puts(out, " port\n");
}

static bool all_share(const struct port_facts *facts)
{
	for (size_t i = 0; i < facts->n_rows; i++)
		if (!facts->rows[i]->socket.reuseport)
			return false;
	return facts->n_rows;
}

static void put_queue(struct buf *out, const struct port_facts *facts)
{
	uint64_t backlog = 0, waiting = 0;

	for (size_t i = 0; i < facts->n_rows; i++) {
		backlog += facts->rows[i]->socket.backlog;
		waiting += facts->rows[i]->socket.accept_queue;
	}
	if (!who_has_backlog(&facts->event->socket))
		return;
	buf_puts(out, ", backlog ");
	buf_put_u64(out, backlog);
	if (facts->event->socket.queue_known) {
		buf_puts(out, ", ");
		buf_put_u64(out, waiting);
		buf_puts(out, " waiting to be accepted");
	}
}

static void put_sockets(struct buf *out, const struct port_facts *facts)
{
	const struct socket_info *s = &facts->event->socket;

	who_label(out, "socket");
	who_count(out, facts->n_rows, "socket", "sockets");
	put_queue(out, facts);
	if (all_share(facts))
		buf_puts(out, ", shared (SO_REUSEPORT)");
	if (s->local.family == AF_INET6 && s->local.v6only)
		buf_puts(out, ", IPv6 alone (IPV6_V6ONLY)");
	if (s->mptcp)
		buf_puts(out, ", MPTCP");
	buf_putc(out, '\n');
}

static void put_peers(struct buf *out, const struct port_facts *facts)
{
	who_label(out, "connections");
	if (!facts->connections) {
		buf_puts(out, "none now\n");
		return;
	}
	buf_put_u64(out, facts->connections);
	buf_puts(out, " now, from ");
	for (size_t i = 0; i < facts->n_peers && i < PEERS_SHOWN; i++) {
		char addr[INET6_ADDRSTRLEN];

		endpoint_addr_text(&facts->peers[i].end, addr);
		if (i)
			buf_puts(out, ", ");
		buf_puts(out, addr);
		buf_puts(out, " (");
		buf_put_u64(out, facts->peers[i].connections);
		buf_putc(out, ')');
	}
	if (facts->n_peers > PEERS_SHOWN) {
		buf_puts(out, " and ");
		who_count(out, facts->n_peers - PEERS_SHOWN, "other", "others");
	}
	buf_putc(out, '\n');
}

void who_put_text(struct buf *out, struct enrich *enrich, const struct port_facts *facts)
{
	const struct event *e = facts->event;

	put_answer(out, enrich, facts);
	buf_putc(out, '\n');
	who_put_policy(out, facts);
	put_reach(out, enrich, facts);
	put_service(out, enrich, &e->socket.local);
	put_sockets(out, facts);
	put_peers(out, facts);
	who_put_process(out, enrich, facts);
}

static void put_user(struct buf *out, const struct event *event)
{
	if (event->socket.state == TCP_TIME_WAIT) {
		buf_puts(out, "a connection that is over keeps it yet (TIME_WAIT), ");
		return;
	}
	if (event->actor.process) {
		who_name(out, event->actor.comm, event->actor.process->tgid);
		buf_puts(out, " has a connection by ");
		return;
	}
	buf_puts(out, event->holders_known ? "a connection that no process holds has it, " :
					     "a process that is not known has a connection by ");
}

void who_put_user(struct buf *out, const struct event *event)
{
	put_user(out, event);
	buf_puts(out, proto_name(&event->socket));
	buf_puts(out, ", ");
	cell_put_endpoint(&event->socket.local, out);
	buf_puts(out, " -> ");
	cell_put_endpoint(&event->connection->remote, out);
}
