// SPDX-License-Identifier: GPL-2.0-only
#include "model/port_table.h"

#include "base/libc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_socket(const void *a, const void *b)
{
	uint64_t ska = ((const struct socket_info *)a)->sk,
		 skb = ((const struct socket_info *)b)->sk;

	return ska < skb ? -1 : ska > skb;
}

int port_table_compare(const void *a, const void *b)
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

struct group *port_table_group(struct ports *ports, const struct endpoint *endpoint)
{
	struct group **found = tfind(endpoint, &ports->groups, port_table_compare);

	return found ? *found : NULL;
}

void ports_judged(struct ports *ports, const struct endpoint *endpoint, unsigned int verdict)
{
	struct group *group = port_table_group(ports, endpoint);

	if (group)
		group->verdict = verdict;
}

/* twalk_r() hands this to each node. */
struct telling {
	void (*tell)(const struct endpoint *endpoint, unsigned int verdict, void *arg);
	void *arg;
};

static void tell_group(const void *node, VISIT visit, void *arg)
{
	const struct group *group = *(struct group *const *)node;
	const struct telling *telling = arg;

	if (visit == postorder || visit == leaf)
		telling->tell(&group->endpoint, group->verdict, telling->arg);
}

void ports_each(const struct ports *ports,
		void (*tell)(const struct endpoint *endpoint, unsigned int verdict, void *arg),
		void *arg)
{
	struct telling telling = { tell, arg };

	twalk_r(ports->groups, tell_group, &telling);
}

static struct group *group_get(struct ports *ports, const struct endpoint *endpoint)
{
	struct group *group = port_table_group(ports, endpoint);

	if (group)
		return group;
	group = calloc(1, sizeof(*group));
	if (!group)
		return NULL;
	group->endpoint = *endpoint;
	if (!tsearch(group, &ports->groups, port_table_compare)) {
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
		tdelete(group, &ports->groups, port_table_compare);
		free(group);
	}
	return left;
}

struct open_socket *port_table_find(struct ports *ports, const struct socket_info *socket)
{
	struct open_socket **found = tfind(socket, &ports->sockets, compare_socket);

	return found ? *found : NULL;
}

struct open_socket *port_table_enter(struct ports *ports, const struct socket_info *socket,
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

uint32_t port_table_leave(struct ports *ports, struct open_socket *open)
{
	uint32_t left = group_leave(ports, open);

	tdelete(open, &ports->sockets, compare_socket);
	procs_put(ports->procs, open->opener.process);
	free(open);
	ports->n--;
	return left;
}

struct actor port_table_owner(const struct open_socket *open)
{
	struct actor actor = open->opener;

	if (!actor.process)
		return actor;
	procs_ref(actor.process);
	if (actor.source == SOURCE_KERNEL)
		actor.source = SOURCE_SOCKET;
	return actor;
}

static void keep_closed(struct ports *ports, const struct open_socket *open, uint64_t time_ns)
{
	struct closed_listener *kept = &ports->closed[ports->n_closed++ % CLOSED_KEPT];

	procs_put(ports->procs, kept->owner.process);
	*kept = (struct closed_listener){
		.endpoint = open->socket.local,
		.closed_ns = time_ns,
		.owner = port_table_owner(open),
	};
}

struct actor port_table_closed_owner(struct ports *ports, const struct endpoint *endpoint,
				     uint64_t time_ns)
{
	size_t n = ports->n_closed < CLOSED_KEPT ? ports->n_closed : CLOSED_KEPT;

	for (size_t i = 1; i <= n; i++) {
		const struct closed_listener *kept =
			&ports->closed[(ports->n_closed - i) % CLOSED_KEPT];

		if (kept->closed_ns < time_ns || port_table_compare(&kept->endpoint, endpoint) != 0)
			continue;
		if (kept->owner.process)
			procs_ref(kept->owner.process);
		return kept->owner;
	}
	return (struct actor){ 0 };
}

void port_table_close(struct ports *ports, struct event *event, struct open_socket *open)
{
	/* When a recovered close happened is not known. */
	if (event->kind == EVENT_CLOSE && open->opened_ns && event->time_ns > open->opened_ns)
		event->lifetime_ns = event->time_ns - open->opened_ns;
	/* The port as it was opened: at the close the kernel may have dropped it. */
	event->socket.local = open->socket.local;
	if (!event->socket.backlog)
		event->socket.backlog = open->socket.backlog;
	keep_closed(ports, open, event->time_ns);
	event->sharing = port_table_leave(ports, open);
	if (event->sharing && event->kind == EVENT_CLOSE)
		event->kind = EVENT_CHANGE;
	ports->tell(event, ports->arg);
}

void port_table_missing(struct ports *ports, struct open_socket *open, uint64_t time_ns)
{
	struct event event = {
		.kind = EVENT_RECOVERED,
		.from = RECORD_CLOSE,
		.time_ns = time_ns,
		.socket = open->socket,
		.actor = port_table_owner(open),
	};

	port_table_close(ports, &event, open);
	procs_put(ports->procs, event.actor.process);
}

struct each {
	event_fn tell;
	void *arg;
};

static void tell_one(const void *node, VISIT visit, void *arg)
{
	const struct open_socket *open = *(struct open_socket *const *)node;
	const struct each *each = arg;
	struct event event = { .kind = EVENT_EXISTING, .from = RECORD_OPEN };

	if (visit != postorder && visit != leaf)
		return;
	event.time_ns = open->opened_ns;
	event.socket = open->socket;
	event.actor = open->opener;
	event.actor.source = open->opened_ns ? SOURCE_SOCKET : SOURCE_PROC;
	event.sharing = open->group->sockets;
	each->tell(&event, each->arg);
}

void ports_tell_open(const struct ports *ports, event_fn tell, void *arg)
{
	struct each each = { tell, arg };

	twalk_r(ports->sockets, tell_one, &each);
}
