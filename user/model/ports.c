// SPDX-License-Identifier: GPL-2.0-only
#include "model/ports.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

LIST_HEAD(member_list, open_socket);

/* A port, while any socket has it. endpoint comes first: it is the key. */
struct group {
	struct endpoint endpoint;
	uint32_t sockets;
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

struct ports {
	struct procs *procs;
	event_fn tell;
	void *arg;
	void *sockets; /* tree of struct open_socket */
	void *groups;  /* tree of struct group */
	size_t n;
};

static int compare_socket(const void *a, const void *b)
{
	uint64_t ska = ((const struct socket_info *)a)->sk,
		 skb = ((const struct socket_info *)b)->sk;

	return ska < skb ? -1 : ska > skb;
}

static int compare_group(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct endpoint));
}

struct ports *ports_new(struct procs *procs, event_fn tell, void *arg)
{
	struct ports *ports = calloc(1, sizeof(*ports));

	if (ports)
		*ports = (struct ports){ .procs = procs, .tell = tell, .arg = arg };
	return ports;
}

/* The processes go with procs, which is freed as a whole. */
void ports_free(struct ports *ports)
{
	if (!ports)
		return;
	tdestroy(ports->sockets, free);
	tdestroy(ports->groups, free);
	free(ports);
}

size_t ports_count(const struct ports *ports)
{
	return ports->n;
}

static struct group *group_get(struct ports *ports, const struct endpoint *endpoint)
{
	struct group **found = tfind(endpoint, &ports->groups, compare_group);
	struct group *group;

	if (found)
		return *found;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->endpoint = *endpoint;
	if (!tsearch(group, &ports->groups, compare_group)) {
		free(group);
		return NULL;
	}
	return group;
}

/* One more socket of a port. 0 or -ENOMEM. */
static int group_join(struct ports *ports, struct open_socket *open)
{
	struct group *group = group_get(ports, &open->socket.local);

	if (!group)
		return -ENOMEM;
	group->sockets++;
	LIST_INSERT_HEAD(&group->members, open, in_group);
	open->group = group;
	return 0;
}

/* One socket fewer; returns how many are left. */
static uint32_t group_leave(struct ports *ports, struct open_socket *open)
{
	struct group *group = open->group;
	uint32_t left = --group->sockets;

	LIST_REMOVE(open, in_group);
	if (!left) {
		tdelete(group, &ports->groups, compare_group);
		free(group);
	}
	return left;
}

static struct open_socket *find(struct ports *ports, const struct socket_info *socket)
{
	struct open_socket **found = tfind(socket, &ports->sockets, compare_socket);

	return found ? *found : NULL;
}

static struct open_socket *enter(struct ports *ports, const struct socket_info *socket,
				 uint64_t opened_ns, uint64_t seen_ns)
{
	struct open_socket *open = calloc(1, sizeof(*open));

	if (!open)
		return NULL;
	open->socket = *socket;
	open->opened_ns = opened_ns;
	open->seen_ns = seen_ns;
	if (group_join(ports, open)) {
		free(open);
		return NULL;
	}
	if (!tsearch(open, &ports->sockets, compare_socket)) {
		group_leave(ports, open);
		free(open);
		return NULL;
	}
	ports->n++;
	return open;
}

/* Takes it out of the table; returns how many sockets its port has left. */
static uint32_t leave(struct ports *ports, struct open_socket *open)
{
	uint32_t left = group_leave(ports, open);

	tdelete(open, &ports->sockets, compare_socket);
	procs_put(ports->procs, open->opener.process);
	free(open);
	ports->n--;
	return left;
}

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

/* Who a found socket is shown with: the longest-running holder, and said to be found, not caught. */
static struct actor actor_of_row(const struct snapshot_row *row)
{
	struct actor actor = { 0 };

	if (!row->n_holders)
		return actor;
	actor.process = row->holders[0];
	actor.uid = actor.process->uid;
	actor.gid = actor.process->gid;
	actor.source = SOURCE_PROC;
	memcpy(actor.comm, actor.process->comm, sizeof(actor.comm));
	return actor;
}

/* Whose socket it is, as far as was told or found; with a reference. */
static struct actor owner_of(const struct open_socket *open)
{
	struct actor actor = open->opener;

	if (!actor.process)
		return actor;
	procs_ref(actor.process);
	if (actor.source == SOURCE_KERNEL)
		actor.source = SOURCE_SOCKET;
	return actor;
}

static struct event event_of(const struct decoded *record, enum event_kind kind)
{
	return (struct event){
		.kind = kind,
		.from = record->kind,
		.time_ns = record->time_ns,
		.socket = record->socket,
		.hook = record->hook,
	};
}

static void tell_close(struct ports *ports, struct event *event, struct open_socket *open)
{
	/* When a recovered close happened is not known. */
	if (event->kind == EVENT_CLOSE && open->opened_ns && event->time_ns > open->opened_ns)
		event->lifetime_ns = event->time_ns - open->opened_ns;
	/* The port as it was opened: at the close the kernel may have dropped it. */
	event->socket.local = open->socket.local;
	if (!event->socket.backlog)
		event->socket.backlog = open->socket.backlog;
	event->sharing = leave(ports, open);
	if (event->sharing && event->kind == EVENT_CLOSE)
		event->kind = EVENT_CHANGE;
	ports->tell(event, ports->arg);
}

/* A UDP socket was bound again, elsewhere: the port it had before is closed. */
static void tell_moved(struct ports *ports, const struct decoded *record, struct open_socket *open,
		       struct actor actor)
{
	struct event event = event_of(record, EVENT_CLOSE);

	event.from = RECORD_CLOSE;
	event.cause = CLOSE_CLOSED;
	event.actor = actor;
	tell_close(ports, &event, open);
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

static void tell_missing(struct ports *ports, struct open_socket *open, uint64_t time_ns);

/* A new socket on a port that others cannot share: their closes were lost. */
static void drop_stale(struct ports *ports, const struct decoded *record)
{
	struct group **group = tfind(&record->socket.local, &ports->groups, compare_group);
	struct open_socket *open = group ? LIST_FIRST(&(*group)->members) : NULL, *next;

	for (; open; open = next) {
		next = LIST_NEXT(open, in_group);
		if (!may_share(&open->socket, &record->socket))
			tell_missing(ports, open, record->time_ns);
	}
}

static int apply_open(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct open_socket *open = find(ports, &record->socket);
	struct event event = event_of(record, EVENT_OPEN);

	if (open && same_socket(&open->socket, &record->socket)) {
		if (!compare_group(&open->socket.local, &record->socket.local)) {
			open->socket.cookie = record->socket.cookie;
			procs_put(ports->procs, actor.process);
			return 0; /* told already: by the snapshot, or by another hook */
		}
		tell_moved(ports, record, open, actor);
	} else if (open) { /* its close was lost, and its memory is another's now */
		leave(ports, open);
	}
	drop_stale(ports, record);
	open = enter(ports, &record->socket, record->time_ns, record->time_ns);
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
 * The closer is the process in whose context it happened. A bystander closes
 * for somebody else (a kernel thread for io_uring; we, while the snapshot holds
 * a file): then it is the opener, as far as it is known.
 */
static int apply_close(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct open_socket *open = find(ports, &record->socket);
	struct event event = event_of(record, EVENT_CLOSE);

	if (!open || !same_socket(&open->socket, &record->socket)) {
		procs_put(ports->procs, actor.process);
		return 0; /* nobody was told that it was open */
	}
	event.cause = record->cause;
	event.actor = actor;
	if (record->task.bystander) {
		event.actor = owner_of(open);
		procs_put(ports->procs, actor.process);
	}
	tell_close(ports, &event, open);
	procs_put(ports->procs, event.actor.process);
	return 0;
}

static int apply_change(struct ports *ports, const struct decoded *record, struct actor actor)
{
	struct open_socket *open = find(ports, &record->socket);
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
		      const struct snapshot *skip)
{
	struct open_socket *open = find(ports, &row->socket);

	if (!wanted(row, as) || snapshot_find(skip, &row->socket))
		return false;
	if (open && same_socket(&open->socket, &row->socket)) {
		if (!open->socket.cookie)
			open->socket.cookie = row->socket.cookie;
		return false;
	}
	if (open)
		leave(ports, open);
	return true;
}

/*
 * One event for the rows from..to, which are one port. Its holders are those
 * of all its sockets, each once: of the same process in two rows the second is
 * dropped by comparing pointers.
 */
static int tell_found(struct ports *ports, struct snapshot_row *const *rows, size_t n,
		      enum event_kind as)
{
	struct event event = {
		.kind = as, .from = RECORD_OPEN, .socket = rows[0]->socket, .holders_known = true
	};
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
	event.time_ns = rows[0]->time_ns;
	event.actor = actor_of_row(rows[0]);
	event.sharing = find(ports, &rows[0]->socket)->group->sockets;
	ports->tell(&event, ports->arg);
	free(holders);
	return 0;
}

/* Enters the rows of one port, from *i on, into found; moves *i behind them. */
static int enter_port(struct ports *ports, const struct snapshot *snapshot, size_t *i,
		      enum event_kind as, const struct snapshot *skip, struct snapshot_row **found,
		      size_t *n)
{
	const struct endpoint *endpoint = &snapshot->rows[*i]->socket.local;

	*n = 0;
	for (; *i < snapshot->n; (*i)++) {
		struct snapshot_row *row = snapshot->rows[*i];
		struct open_socket *open;

		if (compare_group(endpoint, &row->socket.local) != 0)
			return 0;
		if (!may_enter(ports, row, as, skip))
			continue;
		open = enter(ports, &row->socket, 0, row->time_ns);
		if (!open)
			return -ENOMEM;
		open->opener = actor_of_row(row);
		if (open->opener.process)
			procs_ref(open->opener.process);
		found[(*n)++] = row;
	}
	return 0;
}

int ports_load(struct ports *ports, const struct snapshot *snapshot, enum event_kind as,
	       const struct snapshot *skip)
{
	struct snapshot_row **found = calloc(snapshot->n ? snapshot->n : 1, sizeof(*found));
	int err = found ? 0 : -ENOMEM;
	size_t i = 0, n;

	while (!err && i < snapshot->n) {
		err = enter_port(ports, snapshot, &i, as, skip, found, &n);
		if (!err && n)
			err = tell_found(ports, found, n, as);
	}
	free(found);
	return err;
}

/* twalk_r() hands this to each node. */
struct missing {
	const struct snapshot *const *snapshots;
	size_t n_snapshots;
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
	for (size_t i = 0; i < missing->n_snapshots; i++)
		if (snapshot_find(missing->snapshots[i], &open->socket))
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
	struct missing missing = { &snapshot, 1, before_ns, NULL, 0, 0 };

	twalk_r(ports->sockets, collect_missing, &missing);
	free(missing.found);
	return missing.n > 0;
}

/* Its close was lost. time_ns: when it was noticed. */
static void tell_missing(struct ports *ports, struct open_socket *open, uint64_t time_ns)
{
	struct event event = {
		.kind = EVENT_RECOVERED,
		.from = RECORD_CLOSE,
		.time_ns = time_ns,
		.socket = open->socket,
		.actor = owner_of(open),
	};

	tell_close(ports, &event, open);
	procs_put(ports->procs, event.actor.process);
}

void ports_drop_missing(struct ports *ports, const struct snapshot *const *snapshots, size_t n,
			uint64_t before_ns)
{
	struct missing missing = { snapshots, n, before_ns, NULL, 0, 0 };

	twalk_r(ports->sockets, collect_missing, &missing);
	for (size_t i = 0; i < missing.n; i++)
		tell_missing(ports, missing.found[i], before_ns);
	free(missing.found);
}
