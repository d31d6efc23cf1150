// SPDX-License-Identifier: GPL-2.0-only
#include "model/connections.h"

#include "model/port_table.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The port with this address, or with any where bare is set, on this device or on all. */
static struct group *listener_at(struct ports *ports, const struct endpoint *local, bool bare,
				 bool any_device)
{
	struct endpoint key = *local;
	struct group *group;

	if (bare)
		memset(key.addr, 0, sizeof(key.addr));
	if (any_device)
		key.ifindex = 0;
	key.v6only = 0;
	group = port_table_group(ports, &key);
	if (group || key.family != AF_INET6)
		return group;
	key.v6only = 1;
	return port_table_group(ports, &key);
}

/* As the kernel chooses: the closest first (net/ipv4/inet_hashtables.c, compute_score). */
static struct group *listener_of(struct ports *ports, const struct endpoint *local)
{
	struct group *group = NULL;

	for (int way = 0; way < 4 && !group; way++)
		group = listener_at(ports, local, way & 2, way & 1);
	return group;
}

/* Whose listener it is; nobody where several processes share the port, for any may be meant. */
static struct actor listener_owner(struct ports *ports, const struct endpoint *local)
{
	struct group *group = listener_of(ports, local);
	struct actor nobody = { 0 };
	struct open_socket *open, *first;

	if (!group)
		return nobody;
	first = LIST_FIRST(&group->members);
	LIST_FOREACH(open, &group->members, in_group)
	if (open->opener.process != first->opener.process)
		return nobody;
	return port_table_owner(first);
}

static int find_actor(struct ports *ports, const struct decoded *record, struct actor *actor)
{
	*actor = (struct actor){ 0 };
	if (record->source == SOURCE_UNKNOWN) {
		if (record->connection.passive)
			*actor = listener_owner(ports, &record->socket.local);
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
