// SPDX-License-Identifier: GPL-2.0-only
#include "model/snapshot.h"

#include <errno.h>
#include <search.h>
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

static int compare(const void *a, const void *b)
{
	uint64_t ska = ((const struct socket_info *)a)->sk,
		 skb = ((const struct socket_info *)b)->sk;

	return ska < skb ? -1 : ska > skb;
}

void snapshot_init(struct snapshot *snapshot, struct procs *procs)
{
	*snapshot = (struct snapshot){ .procs = procs };
}

static void nothing(void *row)
{
	(void)row;
}

void snapshot_free(struct snapshot *snapshot)
{
	tdestroy(snapshot->tree, nothing);
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
	row->socket = record->socket;
	row->time_ns = record->time_ns;
	if (!tsearch(row, &snapshot->tree, compare)) {
		free(row);
		return NULL;
	}
	snapshot->rows[snapshot->n++] = row;
	return row;
}

/* Processes are unique by pointer while a row refers to them. */
static int add_holder(struct snapshot *snapshot, struct snapshot_row *row,
		      const struct task_ref *task)
{
	struct process *process = procs_get(snapshot->procs, task), **holders;

	if (!process)
		return -ENOMEM;
	/* Several descriptors, or threads with tables of their own. */
	for (size_t i = 0; i < row->n_holders; i++) {
		if (row->holders[i] == process) {
			procs_put(snapshot->procs, process);
			return 0;
		}
	}
	holders = reallocarray(row->holders, row->n_holders + 1, sizeof(*holders));
	if (!holders) {
		procs_put(snapshot->procs, process);
		return -ENOMEM;
	}
	row->holders = holders;
	holders[row->n_holders++] = process;
	return 0;
}

int snapshot_add(struct snapshot *snapshot, const struct decoded *record)
{
	struct snapshot_row **found = tfind(&record->socket, &snapshot->tree, compare);
	struct snapshot_row *row = found ? *found : add_row(snapshot, record);

	if (!row)
		return -ENOMEM;
	if (!same_socket(&row->socket, &record->socket)) {
		/* The first one closed meanwhile, and its memory is another's now. */
		for (size_t i = 0; i < row->n_holders; i++)
			procs_put(snapshot->procs, row->holders[i]);
		row->n_holders = 0;
		row->socket = record->socket;
	}
	row->socket.tracked |= record->socket.tracked;
	row->time_ns = record->time_ns;
	if (record->type != DECODED_HOLDER)
		return 0;
	return add_holder(snapshot, row, &record->task);
}

static int by_endpoint(const void *a, const void *b)
{
	const struct endpoint *ea = &(*(struct snapshot_row *const *)a)->socket.local;
	const struct endpoint *eb = &(*(struct snapshot_row *const *)b)->socket.local;

	if (ea->netns != eb->netns)
		return ea->netns < eb->netns ? -1 : 1;
	if (ea->proto != eb->proto)
		return ea->proto < eb->proto ? -1 : 1;
	if (ea->port != eb->port)
		return ea->port < eb->port ? -1 : 1;
	return memcmp(ea, eb, sizeof(*ea));
}

static int by_age(const void *a, const void *b)
{
	const struct process *pa = *(struct process *const *)a, *pb = *(struct process *const *)b;

	if (pa->start_ns != pb->start_ns)
		return pa->start_ns < pb->start_ns ? -1 : 1;
	return pa->tgid < pb->tgid ? -1 : pa->tgid > pb->tgid;
}

void snapshot_sort(struct snapshot *snapshot)
{
	if (snapshot->n)
		qsort(snapshot->rows, snapshot->n, sizeof(*snapshot->rows), by_endpoint);
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_row *row = snapshot->rows[i];

		if (row->n_holders)
			qsort(row->holders, row->n_holders, sizeof(*row->holders), by_age);
	}
}

const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const struct socket_info *socket)
{
	struct snapshot_row **found = tfind(socket, &snapshot->tree, compare);

	return found && same_socket(&(*found)->socket, socket) ? *found : NULL;
}
