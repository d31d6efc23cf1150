// SPDX-License-Identifier: GPL-2.0-only
#include "tui/conns.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_SEC 1000000000ULL

/* A connection that is there. */
struct known {
	uint64_t sk;
	uint64_t cookie;
	struct conn_row *row;
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_known(const void *a, const void *b)
{
	const struct known *ka = a, *kb = b;
	int order = compare_u64(ka->sk, kb->sk);

	return order ? order : compare_u64(ka->cookie, kb->cookie);
}

static uint64_t number_of(const struct conn_key *key)
{
	return (uint64_t)key->incoming << 63 | (uint64_t)key->proto << 48 |
	       (uint64_t)key->port << 32 | key->netns;
}

static int compare_row(const void *a, const void *b)
{
	return compare_u64(number_of(&((const struct conn_row *)a)->key),
			   number_of(&((const struct conn_row *)b)->key));
}

void conns_init(struct conns *conns, struct procs *procs)
{
	*conns = (struct conns){ .procs = procs, .due_ns = UINT64_MAX };
	TAILQ_INIT(&conns->by_use);
}

static void keep_node(void *node)
{
	(void)node; /* the list frees it */
}

void conns_free(struct conns *conns)
{
	tdestroy(conns->known, free);
	tdestroy(conns->rows, keep_node);
	list_free(&conns->list);
}

/* --- rows ------------------------------------------------------------------------------------ */

static void drop(struct conns *conns, struct conn_row *row)
{
	TAILQ_REMOVE(&conns->by_use, row, by_use);
	tdelete(row, &conns->rows, compare_row);
	list_remove(&conns->list, &row->item);
}

/* False: each of the oldest has connections that are there. */
static bool make_room(struct conns *conns)
{
	struct conn_row *row = TAILQ_FIRST(&conns->by_use);

	for (int looked = 0; row && looked < 16; looked++, row = TAILQ_NEXT(row, by_use)) {
		if (row->n_now)
			continue;
		drop(conns, row);
		return true;
	}
	return false;
}

/* NULL: no memory. */
static struct conn_row *enter(struct conns *conns, const struct conn_key *key,
			      const struct event *shown)
{
	struct conn_row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->key = *key;
	if (!kept_take(&row->item.kept, conns->procs, shown)) {
		if (!list_enter(&conns->list, &row->item, &conns->rows, compare_row)) {
			TAILQ_INSERT_TAIL(&conns->by_use, row, by_use);
			return row;
		}
		kept_drop(&row->item.kept);
	}
	free(row);
	return NULL;
}

/* Of whoever had the last of them; mostly it is the same again. */
static int show(struct conns *conns, struct conn_row *row, const struct event *shown)
{
	const struct event *own = &row->item.kept.event;
	bool same_process = own->actor.process == shown->actor.process;

	if (own->kind == shown->kind && same_process &&
	    (!row->key.incoming || own->socket.cookie == shown->socket.cookie))
		return 0;
	if (!shown->actor.process)
		return 0;
	kept_drop(&row->item.kept);
	return kept_take(&row->item.kept, conns->procs, shown);
}

/* *row: NULL, and counted, where there are too many. */
static int row_of(struct conns *conns, const struct conn_key *key, const struct event *shown,
		  struct conn_row **row)
{
	const struct conn_row wanted = { .key = *key };
	struct conn_row **found = tfind(&wanted, &conns->rows, compare_row);

	*row = found ? *found : NULL;
	if (*row)
		return show(conns, *row, shown);
	if (conns->list.n_all >= CONNS_ROWS_MAX && !make_room(conns)) {
		conns->left_out++;
		return 0;
	}
	*row = enter(conns, key, shown);
	return *row ? 0 : -ENOMEM;
}

/* --- counts ---------------------------------------------------------------------------------- */

/* Seconds in between had none. */
static void move_to(struct conn_row *row, uint64_t second)
{
	if (second - row->second >= CONNS_SECONDS)
		memset(row->counts, 0, sizeof(row->counts));
	else
		for (uint64_t s = row->second + 1; s <= second; s++)
			row->counts[s % CONNS_SECONDS] = 0;
	row->second = second;
}

uint32_t conn_rate(const struct conn_row *row)
{
	return row->counts[(row->second - 1) % CONNS_SECONDS];
}

static bool is_quiet(const struct conn_row *row)
{
	for (size_t i = 0; i < CONNS_SECONDS; i++)
		if (row->counts[i])
			return false;
	return true;
}

/* One more that is there, to be recognised at its end. */
static int know(struct conns *conns, const struct socket_info *socket, struct conn_row *row)
{
	struct known *known, **found;

	if (conns->n_known == CONNS_KNOWN_MAX) {
		conns->left_out++;
		return 0;
	}
	known = malloc(sizeof(*known));
	if (!known)
		return -ENOMEM;
	*known = (struct known){ socket->sk, socket->cookie, row };
	found = tsearch(known, &conns->known, compare_known);
	if (!found || *found != known) {
		free(known);
		return found ? 0 :
			       -ENOMEM; /* it was told by its beginning, and as one that is there */
	}
	conns->n_known++;
	row->n_now++;
	return 0;
}

static void forget(struct conns *conns, const struct socket_info *socket)
{
	const struct known key = { .sk = socket->sk, .cookie = socket->cookie };
	struct known **found = tfind(&key, &conns->known, compare_known), *known;

	if (!found)
		return;
	known = *found;
	known->row->n_now--;
	conns->due_ns = (conns->second + 1) * NSEC_PER_SEC;
	list_touch(&conns->list, &known->row->item);
	tdelete(&key, &conns->known, compare_known);
	free(known);
	conns->n_known--;
}

static int begin(struct conns *conns, const struct event *event, const struct event *listener,
		 uint64_t now_ns)
{
	const struct event *shown = listener ? listener : event;
	bool incoming = event->connection->passive || listener;
	const struct conn_key key = {
		.netns = event->socket.local.netns,
		.proto = event->socket.local.proto,
		.port = incoming ? event->socket.local.port : event->connection->remote.port,
		.incoming = incoming,
	};
	struct conn_row *row;
	int err;

	conns_age(conns, now_ns);
	err = row_of(conns, &key, shown, &row);
	if (err || !row)
		return err;
	move_to(row, now_ns / NSEC_PER_SEC);
	if (event->kind != EVENT_EXISTING) {
		row->counts[row->second % CONNS_SECONDS]++;
		row->n_total++;
	}
	row->last_ns = now_ns;
	conns->due_ns = (conns->second + 1) * NSEC_PER_SEC;
	TAILQ_REMOVE(&conns->by_use, row, by_use);
	TAILQ_INSERT_TAIL(&conns->by_use, row, by_use);
	list_touch(&conns->list, &row->item);
	return know(conns, &event->socket, row);
}

int conns_event(struct conns *conns, const struct event *event, const struct event *listener,
		uint64_t now_ns)
{
	switch (event->kind) {
	case EVENT_EXISTING:
		if (!event->connection->remote.port)
			return 0;
		return begin(conns, event, listener, now_ns);
	case EVENT_CONNECT:
		return begin(conns, event, NULL, now_ns);
	case EVENT_ACCEPT:
		return begin(conns, event, listener, now_ns);
	case EVENT_END:
		forget(conns, &event->socket);
		return 0;
	default:
		return 0;
	}
}

/* --- time ------------------------------------------------------------------------------------ */

uint64_t conns_due(const struct conns *conns)
{
	return conns->due_ns;
}

static uint64_t row_due(const struct conn_row *row, uint64_t second)
{
	if (!is_quiet(row))
		return (second + 1) * NSEC_PER_SEC;
	return row->n_now ? UINT64_MAX : row->last_ns + CONNS_IDLE_NS;
}

bool conns_age(struct conns *conns, uint64_t now_ns)
{
	uint64_t second = now_ns / NSEC_PER_SEC;
	struct conn_row *row, *next;
	bool changed = false;

	if (second == conns->second)
		return false;
	conns->second = second;
	conns->due_ns = UINT64_MAX;
	for (row = TAILQ_FIRST(&conns->by_use); row; row = next) {
		next = TAILQ_NEXT(row, by_use);
		if (!row->n_now && now_ns - row->last_ns >= CONNS_IDLE_NS) {
			drop(conns, row);
			changed = true;
			continue;
		}
		if (!is_quiet(row)) {
			list_touch(&conns->list, &row->item);
			changed = true;
		}
		move_to(row, second);
		if (row_due(row, second) < conns->due_ns)
			conns->due_ns = row_due(row, second);
	}
	return changed;
}
