// SPDX-License-Identifier: GPL-2.0-only
/* The rows of ports: which there are, and what they look like for how long. */
#include "tui/board_rows.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* item comes first: the list frees it by that. */
struct row {
	struct item item;
	struct endpoint endpoint; /* the key */
	uint64_t until_ns;        /* of what it looks like */
	TAILQ_ENTRY(row) aging;
};

static int compare(const void *a, const void *b)
{
	return memcmp(&((const struct row *)a)->endpoint, &((const struct row *)b)->endpoint,
		      sizeof(struct endpoint));
}

static struct row *find(const struct board *board, const struct endpoint *endpoint)
{
	const struct row key = { .endpoint = *endpoint };
	struct row **found = tfind(&key, &board->tree, compare);

	return found ? *found : NULL;
}

struct item *board_find(const struct board *board, const struct endpoint *endpoint)
{
	struct row *row = find(board, endpoint);

	return row ? &row->item : NULL;
}

static void keep_node(void *node)
{
	(void)node; /* the list frees it */
}

void rows_free(struct board *board)
{
	tdestroy(board->tree, keep_node);
	list_free(&board->ports);
}

/* --- what a row looks like ----------------------------------------------------------------- */

static bool is_unexpected(const struct row *row)
{
	const struct verdict *verdict = row->item.kept.event.verdict;

	return verdict && verdict->kind == VERDICT_UNEXPECTED;
}

/* Out of the counts, and into them with what it has become: around every change. */
static void uncount(struct board *board, const struct row *row)
{
	if (row->item.look == LOOK_CLOSED)
		return;
	board->n_open--;
	board->n_unexpected -= is_unexpected(row);
}

static void count(struct board *board, const struct row *row)
{
	if (row->item.look == LOOK_CLOSED)
		return;
	board->n_open++;
	board->n_unexpected += is_unexpected(row);
}

static void set_look(struct board *board, struct row *row, enum look look, uint64_t now_ns)
{
	if (row->item.look == LOOK_NEW) {
		TAILQ_REMOVE(&board->news, row, aging);
		board->n_new--;
	} else if (row->item.look == LOOK_CLOSED) {
		TAILQ_REMOVE(&board->closed, row, aging);
		board->n_closed--;
	}
	row->item.look = look;
	if (look == LOOK_NEW) {
		row->until_ns = now_ns + BOARD_NEW_NS;
		TAILQ_INSERT_TAIL(&board->news, row, aging);
		board->n_new++;
	} else if (look == LOOK_CLOSED) {
		row->until_ns = now_ns + BOARD_CLOSED_NS;
		TAILQ_INSERT_TAIL(&board->closed, row, aging);
		board->n_closed++;
	}
}

static void drop(struct board *board, struct row *row)
{
	uncount(board, row);
	set_look(board, row, LOOK_PLAIN, 0);
	tdelete(row, &board->tree, compare);
	list_remove(&board->ports, &row->item);
}

void board_forget(struct board *board)
{
	struct item *item;

	while ((item = TAILQ_FIRST(&board->ports.all)))
		drop(board, (struct row *)item);
}

uint64_t board_due(const struct board *board)
{
	const struct row *fresh = TAILQ_FIRST(&board->news), *closed = TAILQ_FIRST(&board->closed);
	uint64_t due = fresh ? fresh->until_ns : UINT64_MAX;

	return closed && closed->until_ns < due ? closed->until_ns : due;
}

bool board_age(struct board *board, uint64_t now_ns)
{
	bool changed = false;
	struct row *row;

	while ((row = TAILQ_FIRST(&board->news)) && row->until_ns <= now_ns) {
		set_look(board, row, LOOK_PLAIN, now_ns);
		changed = true;
	}
	while ((row = TAILQ_FIRST(&board->closed)) && row->until_ns <= now_ns) {
		drop(board, row);
		changed = true;
	}
	return changed;
}

/* --- ports ----------------------------------------------------------------------------------- */

/* NULL: no memory. */
static struct row *enter(struct board *board, const struct event *event)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->endpoint = event->socket.local;
	if (!kept_take(&row->item.kept, board->procs, event)) {
		if (!list_enter(&board->ports, &row->item, &board->tree, compare))
			return row;
		kept_drop(&row->item.kept);
	}
	free(row);
	return NULL;
}

static int open_row(struct board *board, const struct event *event, uint64_t now_ns)
{
	struct row *row = find(board, &event->socket.local);
	enum look look = event->kind == EVENT_EXISTING ? LOOK_PLAIN : LOOK_NEW;
	int err = 0;

	if (row) {
		/* What is told again of an open port is no news of it. */
		if (row->item.look != LOOK_CLOSED)
			look = row->item.look;
		uncount(board, row);
		kept_drop(&row->item.kept);
		err = kept_take(&row->item.kept, board->procs, event);
		list_touch(&board->ports, &row->item);
	} else {
		row = enter(board, event);
		if (!row)
			return -ENOMEM;
	}
	if (row->item.look != look)
		set_look(board, row, look, now_ns);
	count(board, row);
	return err;
}

/* Whose it was stays, as does the verdict: what the close tells besides is how it ended. */
static void close_row(struct board *board, const struct event *event, uint64_t now_ns)
{
	struct row *row = find(board, &event->socket.local);

	if (!row || row->item.look == LOOK_CLOSED)
		return;
	uncount(board, row);
	row->item.kept.event.lifetime_ns = event->lifetime_ns;
	row->item.kept.event.cause = event->cause;
	row->item.kept.event.sharing = 0;
	set_look(board, row, LOOK_CLOSED, now_ns);
	list_touch(&board->ports, &row->item);
	if (board->n_closed > BOARD_CLOSED_MAX)
		drop(board, TAILQ_FIRST(&board->closed));
}

/* Another backlog, or another number of sockets: whose it is, is told by its opening. */
static int change_row(struct board *board, const struct event *event, uint64_t now_ns)
{
	struct row *row = find(board, &event->socket.local);
	struct event *own;
	int err = 0;

	if (!row || row->item.look == LOOK_CLOSED)
		return event->from == RECORD_CLOSE ? 0 : open_row(board, event, now_ns);
	own = &row->item.kept.event;
	if (event->from != RECORD_CLOSE)
		own->socket.backlog = event->socket.backlog;
	if (event->sharing)
		own->sharing = event->sharing;
	/* Who has the sockets that are left is not told. */
	if (event->from == RECORD_CLOSE && own->actor.process == event->actor.process)
		kept_forget_actor(&row->item.kept);
	uncount(board, row);
	if (event->from != RECORD_CLOSE && event->verdict)
		err = kept_judge(&row->item.kept, event);
	count(board, row);
	list_touch(&board->ports, &row->item);
	return err;
}

bool event_closes(const struct event *event)
{
	return event->kind == EVENT_CLOSE ||
	       (event->kind == EVENT_RECOVERED && event->from == RECORD_CLOSE && !event->sharing);
}

int rows_event(struct board *board, const struct event *event, uint64_t now_ns)
{
	switch (event->kind) {
	case EVENT_EXISTING:
	case EVENT_OPEN:
		return open_row(board, event, now_ns);
	case EVENT_CHANGE:
		return change_row(board, event, now_ns);
	case EVENT_CLOSE:
	case EVENT_RECOVERED:
		if (event_closes(event))
			close_row(board, event, now_ns);
		else if (event->from == RECORD_CLOSE)
			return change_row(board, event, now_ns);
		else
			return open_row(board, event, now_ns);
		return 0;
	default:
		return 0;
	}
}
