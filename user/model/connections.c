// SPDX-License-Identifier: GPL-2.0-only
#include "model/connections.h"

#include "model/port_table.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Nobody where several processes share the port, for any may be meant. */
static struct actor group_owner(const struct group *group)
{
	struct open_socket *first = LIST_FIRST(&group->members), *open;

	LIST_FOREACH(open, &group->members, in_group)
	if (open->opener.process != first->opener.process)
		return (struct actor){ 0 };
	return port_table_owner(first);
}

/* Whether one of its sockets was there at that time: the address may have been another's. */
static bool was_open(const struct group *group, uint64_t time_ns)
{
	struct open_socket *open;

	LIST_FOREACH(open, &group->members, in_group)
	if (open->opened_ns <= time_ns)
		return true;
	return false;
}

/* Of the port that was at this endpoint at that time. False: there was none. */
static bool owner_at(struct ports *ports, const struct endpoint *endpoint, uint64_t time_ns,
		     struct actor *owner)
{
	struct group *group = port_table_group(ports, endpoint);

	if (group && was_open(group, time_ns)) {
		*owner = group_owner(group);
		return true;
	}
	*owner = port_table_closed_owner(ports, endpoint, time_ns);
	return owner->process;
}

/*
 * As the kernel chooses: a local address before any, a device before all
 * (net/ipv4/inet_hashtables.c, compute_score). A socket at one IPv6 address takes IPv6
 * alone; none that does has a mapped one.
 */
bool connection_listener(const struct endpoint *local, unsigned int way, struct endpoint *key)
{
	unsigned int kinds = local->family == AF_INET6 && !endpoint_is_mapped(local) ? 2 : 1;

	if (way >= 4 * kinds)
		return false;
	*key = *local;
	key->v6only = way % kinds;
	if (way / kinds & 1)
		key->ifindex = 0;
	if (way / kinds & 2)
		memset(key->addr, 0, sizeof(key->addr));
	return true;
}

static struct actor listener_owner(struct ports *ports, const struct endpoint *local,
				   uint64_t time_ns)
{
	struct actor owner = { 0 };
	struct endpoint key;

	for (unsigned int way = 0; connection_listener(local, way, &key); way++)
		if (owner_at(ports, &key, time_ns, &owner))
			break;
	return owner;
}

/* When it came to its listener: its end may be that of the listener, too. */
static uint64_t begun_ns(const struct decoded *record)
{
	return record->kind == RECORD_END ? record->time_ns - record->span_ns : record->time_ns;
}

static int find_actor(struct ports *ports, const struct decoded *record, struct actor *actor)
{
	*actor = (struct actor){ 0 };
	if (record->source == SOURCE_UNKNOWN) {
		if (record->connection.passive)
			*actor = listener_owner(ports, &record->socket.local, begun_ns(record));
		return 0;
	}
	actor->process = procs_get(ports->procs, &record->task);
	if (!actor->process)
		return -ENOMEM;
	actor->tid = record->task.tid;
	actor->uid = record->task.uid;
	actor->gid = record->task.gid;
	actor->source = record->source;
	memcpy(actor->comm, record->task.comm, sizeof(actor->comm));
	return 0;
}

static enum event_kind kind_of(enum record_kind kind)
{
	static const enum event_kind kinds[RECORD_KINDS] = {
		[RECORD_BIND] = EVENT_BIND,     [RECORD_CONNECT] = EVENT_CONNECT,
		[RECORD_ACCEPT] = EVENT_ACCEPT, [RECORD_END] = EVENT_END,
		[RECORD_FAIL] = EVENT_FAIL,     [RECORD_STATE] = EVENT_STATE,
	};

	return kinds[kind];
}

int connections_apply(struct ports *ports, const struct decoded *record)
{
	struct connection connection = record->connection;
	struct event event = {
		.kind = kind_of(record->kind),
		.from = record->kind,
		.time_ns = record->time_ns,
		.socket = record->socket,
		.origin = record->origin,
		.connection = &connection,
		.hook = record->hook,
	};
	int err = find_actor(ports, record, &event.actor);

	if (err)
		return err;
	if (record->kind == RECORD_END)
		event.lifetime_ns = record->span_ns;
	else
		connection.latency_ns = record->span_ns;
	ports->tell(&event, ports->arg);
	procs_put(ports->procs, event.actor.process);
	return 0;
}
