// SPDX-License-Identifier: GPL-2.0-only
#include "model/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool same_socket(const struct socket_info *a, const struct socket_info *b)
{
	if (a->sk != b->sk)
		return false;
	if (a->cookie && b->cookie)
		return a->cookie == b->cookie;
	return !memcmp(&a->local, &b->local, sizeof(a->local));
}

void snapshot_init(struct snapshot *snapshot, struct procs *procs)
{
	*snapshot = (struct snapshot){ .procs = procs };
}

void snapshot_free(struct snapshot *snapshot)
{
	row_table_free(&snapshot->by_address);
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_row *row = snapshot->rows[i];

		for (size_t h = 0; h < row->n_holders; h++)
			procs_put(snapshot->procs, row->holders[h]);
		free(row->holders);
		free(row);
	}
	free(snapshot->rows);
	snapshot_init(snapshot, snapshot->procs);
}

static void set_socket(struct snapshot_row *row, const struct decoded *record)
{
	row->socket = record->socket;
	row->remote = record->connection.remote;
	row->state = record->connection.new_state;
}

static struct snapshot_row *add_row(struct snapshot *snapshot, const struct decoded *record)
{
	struct snapshot_row *row, **rows;

	if (snapshot->n == snapshot->cap) {
		size_t cap = snapshot->cap ? snapshot->cap * 2 : 64;

		rows = reallocarray(snapshot->rows, cap, sizeof(*rows));
		if (!rows)
			return NULL;
		snapshot->rows = rows;
		snapshot->cap = cap;
	}
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	set_socket(row, record);
	row->time_ns = record->time_ns;
	if (row_table_add(&snapshot->by_address, row)) {
		free(row);
		return NULL;
	}
	snapshot->rows[snapshot->n++] = row;
	return row;
}

/*
 * Several descriptors of a process, and its threads with tables of their own, are
 * told in a row, or nearly: what is left twice goes when the snapshot is sorted.
 */
static int add_holder(struct snapshot *snapshot, struct snapshot_row *row,
		      const struct task_ref *task)
{
	struct process *process = procs_get(snapshot->procs, task), **holders;

	if (!process)
		return -ENOMEM;
	if (row->n_holders && row->holders[row->n_holders - 1] == process) {
		procs_put(snapshot->procs, process);
		return 0;
	}
	if (row->n_holders == row->cap_holders) {
		size_t cap = row->cap_holders ? row->cap_holders * 2 : 1;

		holders = reallocarray(row->holders, cap, sizeof(*holders));
		if (!holders) {
			procs_put(snapshot->procs, process);
			return -ENOMEM;
		}
		row->holders = holders;
		row->cap_holders = cap;
	}
	row->holders[row->n_holders++] = process;
	return 0;
}

/* The same socket, seen a second time: a cookie may have been made meanwhile. */
static void complete(struct socket_info *socket, const struct socket_info *again)
{
	socket->tracked |= again->tracked;
	if (!socket->cookie)
		socket->cookie = again->cookie;
}

int snapshot_add(struct snapshot *snapshot, const struct decoded *record)
{
	struct snapshot_row *row = row_table_find(&snapshot->by_address, record->socket.sk);

	if (!row)
		row = add_row(snapshot, record);
	if (!row)
		return -ENOMEM;
	if (!same_socket(&row->socket, &record->socket)) {
		/* The first one closed meanwhile, and its memory is another's now. */
		for (size_t i = 0; i < row->n_holders; i++)
			procs_put(snapshot->procs, row->holders[i]);
		row->n_holders = 0;
		set_socket(row, record);
	}
	complete(&row->socket, &record->socket);
	row->time_ns = record->time_ns;
	if (record->type != DECODED_HOLDER)
		return 0;
	return add_holder(snapshot, row, &record->task);
}

static int by_endpoint(const struct endpoint *ea, const struct endpoint *eb)
{
	if (ea->netns != eb->netns)
		return ea->netns < eb->netns ? -1 : 1;
	if (ea->proto != eb->proto)
		return ea->proto < eb->proto ? -1 : 1;
	if (ea->port != eb->port)
		return ea->port < eb->port ? -1 : 1;
	return memcmp(ea, eb, sizeof(*ea));
}

static int in_order(const void *a, const void *b)
{
	const struct snapshot_row *ra = *(struct snapshot_row *const *)a;
	const struct snapshot_row *rb = *(struct snapshot_row *const *)b;
	int order = by_endpoint(&ra->socket.local, &rb->socket.local);

	if (order)
		return order;
	if (ra->socket.connected != rb->socket.connected)
		return ra->socket.connected ? 1 : -1;
	order = by_endpoint(&ra->remote, &rb->remote);
	if (order)
		return order;
	return ra->socket.inode < rb->socket.inode ? -1 : ra->socket.inode > rb->socket.inode;
}

static void sort_holders(struct snapshot *snapshot, struct snapshot_row *row)
{
	size_t n = 0;

	if (!row->n_holders)
		return;
	qsort(row->holders, row->n_holders, sizeof(*row->holders), process_by_age);
	for (size_t i = 0; i < row->n_holders; i++) {
		if (n && row->holders[n - 1] == row->holders[i])
			procs_put(snapshot->procs, row->holders[i]);
		else
			row->holders[n++] = row->holders[i];
	}
	row->n_holders = n;
}

void snapshot_sort(struct snapshot *snapshot)
{
	if (snapshot->n)
		qsort(snapshot->rows, snapshot->n, sizeof(*snapshot->rows), in_order);
	for (size_t i = 0; i < snapshot->n; i++)
		sort_holders(snapshot, snapshot->rows[i]);
}

static int of_port(const void *port, const void *row)
{
	return by_endpoint(port, &(*(struct snapshot_row *const *)row)->socket.local);
}

struct snapshot_row *const *snapshot_port(const struct snapshot *snapshot,
					  const struct endpoint *port, size_t *n)
{
	struct snapshot_row *const *end = snapshot->rows + snapshot->n, *const * first,
				   *const * last;

	*n = 0;
	if (!snapshot->n)
		return NULL;
	first = bsearch(port, snapshot->rows, snapshot->n, sizeof(*first), of_port);
	if (!first)
		return NULL;
	last = first + 1;
	while (first > snapshot->rows && !of_port(port, first - 1))
		first--;
	while (last < end && !of_port(port, last))
		last++;
	*n = (size_t)(last - first);
	return first;
}

const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const struct socket_info *socket)
{
	const struct snapshot_row *row = row_table_find(&snapshot->by_address, socket->sk);

	return row && same_socket(&row->socket, socket) ? row : NULL;
}

struct actor snapshot_actor(const struct snapshot_row *row)
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
