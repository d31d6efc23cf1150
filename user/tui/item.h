/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of a table: what it shows, and what a list has to know of it. */
#ifndef PORTTRACE_TUI_ITEM_H
#define PORTTRACE_TUI_ITEM_H

#include "tui/kept.h"

#include <sys/queue.h>

/* How it looks for some time. */
enum look { LOOK_PLAIN, LOOK_NEW, LOOK_CLOSED };

struct item {
	struct kept kept;
	char *note;             /* owned; a line in place of an event's cells; NULL: it has them */
	enum severity severity; /* of the note */
	uint64_t id;            /* in the order they came */
	enum look look;
	/* Of the list it is in. */
	uint64_t number; /* what it is sorted by: first this, */
	char *text;      /* then this; owned */
	size_t at;       /* its place among what is shown */
	bool stale;      /* it has to be looked at: sorted, filtered */
	bool shown;
	bool gone; /* the list is all that knows it, and will free it */
	TAILQ_ENTRY(item) in_all;
};

TAILQ_HEAD(item_list, item);

#endif
