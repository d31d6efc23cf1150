/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections, counted by port: those that came in by the port here, those that went out
 * by the port there.
 */
#ifndef PORTTRACE_TUI_CONNS_H
#define PORTTRACE_TUI_CONNS_H

#include "tui/list.h"

#define CONNS_SECONDS 30    /* for which the number of each second is kept */
#define CONNS_ROWS_MAX 1024 /* ports: those without connections go first */
#define CONNS_KNOWN_MAX \
	65536 /* connections that are told apart; what is more is not counted as there */
#define CONNS_IDLE_NS 60000000000ULL /* a port without any stays this long */

struct conn_key {
	uint32_t netns;
	uint16_t proto;
	uint16_t port; /* of here if they came in, else of there */
	bool incoming;
};

/* item comes first: the list frees it by that, and columns find it by its event. */
struct conn_row {
	struct item item;
	struct conn_key key;
	uint64_t n_now;
	uint64_t n_total;
	uint64_t last_ns;
	uint64_t second;                /* of the newest count */
	uint32_t counts[CONNS_SECONDS]; /* of second % CONNS_SECONDS */
	TAILQ_ENTRY(conn_row) by_use;
};

TAILQ_HEAD(conn_rows, conn_row);

struct conns {
	struct list list;
	struct procs *procs; /* borrowed */
	uint64_t left_out;   /* connections that are in no row, or not counted as there */
	/* Its own. */
	void *rows;  /* by key */
	void *known; /* by socket */
	size_t n_known;
	uint64_t due_ns;
	struct conn_rows by_use; /* the one that had none for the longest time first */
	uint64_t second;
};

void conns_init(struct conns *conns, struct procs *procs);
void conns_free(struct conns *conns);
/* listener: the event by which the port is open that took it, or NULL. 0 or -ENOMEM. */
int conns_event(struct conns *conns, const struct event *event, const struct event *listener,
		uint64_t now_ns);
/* When a number will be another without an event; UINT64_MAX: never. */
uint64_t conns_due(const struct conns *conns);
/* The seconds that went by. Whether a row is another now. */
bool conns_age(struct conns *conns, uint64_t now_ns);

/* In the last whole second. */
uint32_t conn_rate(const struct conn_row *row);

/* Columns of its rows; what they share with other tables is in columns_all. */
#define CONN_COLUMNS 6
extern const struct column conn_columns[CONN_COLUMNS];
/* Whether the column "trend" has characters beyond ASCII. */
extern bool conn_columns_ascii;

#endif
