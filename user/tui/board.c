// SPDX-License-Identifier: GPL-2.0-only
/* All that is known; what happened is here itself. */
#include "tui/board.h"

#include "model/connections.h"
#include "tui/board_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void board_init(struct board *board, struct procs *procs)
{
	*board = (struct board){ .procs = procs };
	TAILQ_INIT(&board->news);
	TAILQ_INIT(&board->closed);
	conns_init(&board->conns, procs);
}

void board_free(struct board *board)
{
	rows_free(board);
	list_free(&board->history);
	list_free(&board->alerts);
	conns_free(&board->conns);
}

static struct item *item_of(struct board *board, const struct event *event)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item || !kept_take(&item->kept, board->procs, event))
		return item;
	free(item);
	return NULL;
}

/* item: NULL, there was no memory for it. */
static int append(struct list *list, struct item *item)
{
	if (!item)
		return -ENOMEM;
	if (list_add(list, item)) {
		kept_drop(&item->kept);
		free(item->note);
		free(item);
		return -ENOMEM;
	}
	if (list->n_all > BOARD_KEPT_MAX)
		list_remove(list, TAILQ_FIRST(&list->all));
	return 0;
}

/* What is lost belongs to it: without it nobody would know that something lacks. */
static bool is_history(const struct event *event)
{
	return event->kind == EVENT_OPEN || event->kind == EVENT_CLOSE ||
	       event->kind == EVENT_RECOVERED || event->kind == EVENT_LOST;
}

/* Of one that was destroyed who had it: who destroyed it is somebody else. */
static int note_history(struct board *board, const struct event *event)
{
	const struct item *row = board_find(board, &event->socket.local);
	struct event own = *event;

	if (row && event_closes(event) && event->cause == CLOSE_DESTROYED)
		own.actor = row->kept.event.actor;
	return append(&board->history, item_of(board, &own));
}

/* The port that took a connection, as far as it is known; NULL: none. */
static const struct event *listener_of(const struct board *board, const struct endpoint *local)
{
	struct endpoint key;

	for (unsigned int way = 0; connection_listener(local, way, &key); way++) {
		const struct item *row = board_find(board, &key);

		if (row)
			return &row->kept.event;
	}
	return NULL;
}

int board_event(struct board *board, const struct event *event, uint64_t now_ns)
{
	int err = 0;

	if (event->connection)
		return conns_event(&board->conns, event, listener_of(board, &event->socket.local),
				   now_ns);
	if (event_has_socket(event))
		err = rows_event(board, event, now_ns);
	if (!err && is_history(event))
		err = note_history(board, event);
	if (!err && (event->alert || event->kind == EVENT_MISSING))
		err = append(&board->alerts, item_of(board, event));
	return err;
}

int board_alert_note(struct board *board, enum severity severity, const char *note, uint64_t now_ns)
{
	const struct event event = { .kind = EVENT_LOST, .time_ns = now_ns };
	struct item *item = item_of(board, &event);

	if (!item)
		return -ENOMEM;
	item->severity = severity;
	item->note = strdup(note);
	if (!item->note) {
		free(item);
		return -ENOMEM;
	}
	return append(&board->alerts, item);
}
