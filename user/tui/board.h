/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known: open ports and those that just closed, what happened, what was an alert. */
#ifndef PORTTRACE_TUI_BOARD_H
#define PORTTRACE_TUI_BOARD_H

#include "alert/alert.h"
#include "tui/conns.h"
#include "tui/list.h"

#define BOARD_NEW_NS 10000000000ULL   /* how long a port is called new */
#define BOARD_CLOSED_NS 5000000000ULL /* how long one that closed is still there */
#define BOARD_CLOSED_MAX 2000         /* of them at once: the oldest go before their time */
#define BOARD_KEPT_MAX 1000           /* of the history, and of alerts */

struct row;

TAILQ_HEAD(row_list, row);

struct board {
	struct procs *procs; /* borrowed */
	struct list ports;
	struct list history;
	struct list alerts;
	struct conns conns;
	size_t n_open;
	size_t n_unexpected; /* of those that are open */
	size_t n_new;
	size_t n_closed;
	/* Its own. */
	void *tree;           /* of struct row, by endpoint */
	struct row_list news; /* the oldest first, as the next */
	struct row_list closed;
};

/* Its lists are initialised by whoever shows them. */
void board_init(struct board *board, struct procs *procs);
void board_free(struct board *board);

/* Takes what it has to. 0 or -ENOMEM. */
int board_event(struct board *board, const struct event *event, uint64_t now_ns);
/* Drops all ports, open or just closed. */
void board_forget(struct board *board);
/* A line among the alerts, escaped. 0 or -ENOMEM. */
int board_alert_note(struct board *board, enum severity severity, const char *note,
		     uint64_t now_ns);
/* The row of a port, open or just closed; NULL: none. */
struct item *board_find(const struct board *board, const struct endpoint *endpoint);
/* When a row will look otherwise; UINT64_MAX: none will. */
uint64_t board_due(const struct board *board);
/* Rows whose time is over look otherwise, or go. Whether there were any. */
bool board_age(struct board *board, uint64_t now_ns);

#endif
