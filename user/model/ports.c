// SPDX-License-Identifier: GPL-2.0-only
/* Records into events. */
#include "model/port_table.h"

#include <errno.h>
#include <string.h>

static struct actor actor_of(struct process *process, const struct task_ref *task)
{
	struct actor actor = {
		.process = process,
		.tid = task->tid,
		.uid = task->uid,
		.gid = task->gid,
		.source = SOURCE_KERNEL,
	};

	memcpy(actor.comm, task->comm, sizeof(actor.comm));
	return actor;
}

static struct event event_of(const struct decoded *record, enum event_kind kind)
{
	return (struct event){
		.kind = kind,
		.from = record->kind,
		.time_ns = record->time_ns,
		.socket = record->socket,
		.origin = record->origin,
		.hook = record->hook,
	};
}

/* A UDP socket was bound again, elsewhere: the port it had before is closed. */
static void tell_moved(struct ports *ports, const struct decoded *record, struct open_socket *open,
		       struct actor actor)
{
	struct event event = event_of(record, EVENT_CLOSE);

	event.from = RECORD_CLOSE;
	event.cause = CLOSE_CLOSED;
	event.actor = actor;
	port_table_close(ports, &event, open);
}

/*
 * Whether two sockets can have one port at the same time: listeners by
 * SO_REUSEPORT alone, UDP sockets also by SO_REUSEADDR (socket(7),
 * net/ipv4/inet_connection_sock.c inet_csk_bind_conflict, net/ipv4/udp.c).
 */
static bool may_share(const struct socket_info *a, const struct socket_info *b)
{
	if (a->reuseport && b->reuseport)
		return true;
	return a->local.proto != IPPROTO_TCP && a->reuseaddr && b->reuseaddr;
}

/* A new socket on a port that others cannot share: their closes were lost. */
static void drop_stale(struct ports *ports, const struct decoded *record)
{
	struct group *group = port_table_group(ports, &record->socket.local);
	struct open_socket *open = group ? LIST_FIRST(&group->members) : NULL, *next;

	for (; open; open = next) {
		next = LIST_NEXT(open, in_group);
		if (!may_share(&open->socket, &record->socket))
			port_table_missing(ports, open, record->time_ns);
	}
}

/*
 * Whether a record is of a socket that is gone: a snapshot, which was taken
 * after it but is applied before it, found another in its place.
 */
static bool is_past(struct ports *ports, const struct decoded *record,
		    const struct open_socket *at_same_address)
{
	struct group *group = port_table_group(ports, &record->socket.local);
	struct open_socket *open;

	if (at_same_address && at_same_address->seen_ns > record->time_ns)
		return true;
	if (!group)
		return false;
	LIST_FOREACH(open, &group->members, in_group)
	if (open->seen_ns > record->time_ns && !may_share(&open->socket, &record->socket))
		return true;
	return false;
}

/* It opened, and has closed since; when is not known. */
static int tell_past(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct event event = event_of(record, EVENT_OPEN);

	event.actor = actor;
	event.sharing = 1;
	ports->tell(&event, ports->arg);
	event.kind = EVENT_RECOVERED;
	event.from = RECORD_CLOSE;
	event.actor.source = SOURCE_SOCKET;
	ports->tell(&event, ports->arg);
	procs_put(ports->procs, actor.process);
	return 0;
}

static int apply_open(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct open_socket *open = port_table_find(ports, &record->socket);
	struct event event = event_of(record, EVENT_OPEN);
	bool same = open && same_socket(&open->socket, &record->socket);

	if (same && !port_table_compare(&open->socket.local, &record->socket.local)) {
		open->socket.cookie = record->socket.cookie;
		procs_put(ports->procs, actor.process);
		return 0; /* told already: by the snapshot, or by another hook */
	}
	if (is_past(ports, record, open))
		return tell_past(ports, record, actor);
	if (same)
		tell_moved(ports, record, open, actor);
	else if (open) /* its close was lost, and its memory is another's now */
		port_table_missing(ports, open, record->time_ns);
	drop_stale(ports, record);
	open = port_table_enter(ports, &record->socket, record->time_ns, record->time_ns);
	if (!open) {
		procs_put(ports->procs, actor.process);
		return -ENOMEM;
	}
	open->opener = actor;
	event.actor = actor;
	event.sharing = open->group->sockets;
	if (event.sharing > 1)
		event.kind = EVENT_CHANGE;
	ports->tell(&event, ports->arg);
	return 0;
}

/*
 * Whether this closes that. At its end a socket may have lost its port; where
 * no cookie says that it is another, one entered later than this close is.
 */
static bool closes(const struct decoded *record, const struct open_socket *open)
{
	if (same_socket(&open->socket, &record->socket))
		return true;
	return !(open->socket.cookie && record->socket.cookie) && record->time_ns >= open->seen_ns;
}

/*
 * The closer is the process in whose context it happened. A bystander closes
 * for somebody else (a kernel thread for io_uring; we, while the snapshot holds
 * a file): then it is the opener, as far as it is known.
 */
static int apply_close(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct open_socket *open = port_table_find(ports, &record->socket);
	struct event event = event_of(record, EVENT_CLOSE);

	if (!open || !closes(record, open)) {
		procs_put(ports->procs, actor.process);
		return 0; /* nobody was told that it was open */
	}
	event.cause = record->cause;
	event.actor = actor;
	if (record->task.bystander) {
		event.actor = port_table_owner(open);
		procs_put(ports->procs, actor.process);
	}
	port_table_close(ports, &event, open);
	procs_put(ports->procs, event.actor.process);
	return 0;
}

static int apply_change(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct open_socket *open = port_table_find(ports, &record->socket);
	struct event event = event_of(record, EVENT_CHANGE);

	if (open && same_socket(&open->socket, &record->socket) &&
	    open->socket.backlog != record->socket.backlog) {
		open->socket.backlog = record->socket.backlog;
		event.actor = actor;
		event.sharing = open->group->sockets;
		ports->tell(&event, ports->arg);
	}
	procs_put(ports->procs, actor.process);
	return 0;
}

int ports_apply(struct ports *ports, const struct decoded *record)
{
	struct process *process = procs_get(ports->procs, &record->task);
	struct actor actor;

	if (!process)
		return -ENOMEM;
	actor = actor_of(process, &record->task);
	switch (record->kind) {
	case RECORD_OPEN:
		return apply_open(ports, record, actor);
	case RECORD_CLOSE:
		return apply_close(ports, record, actor);
	case RECORD_CHANGE:
		return apply_change(ports, record, actor);
	default:
		procs_put(ports->procs, process);
		return 0;
	}
}
