/* SPDX-License-Identifier: GPL-2.0-only */
/* What a column shows: one row of a table for each. */
#ifndef PORTTRACE_OUTPUT_COLUMNS_H
#define PORTTRACE_OUTPUT_COLUMNS_H

#include "base/buf.h"
#include "enrich/enrich.h"
#include "model/event.h"

#define COLUMNS_MAX 64

/* struct column.flags */
#define COLUMN_RIGHT 1   /* numbers */
#define COLUMN_CUT 2     /* text that may be cut where there is no room: no port is ever cut */
#define COLUMN_WRAPPED 4 /* what is to be read whole: a list takes more lines for it */
#define COLUMN_BELOW 8   /* as the last one, in a line of its own where the terminal is narrow */

struct column {
	const char *name;
	size_t width; /* of the table's field; the last column takes what is left */
	unsigned int flags;
	const char *help;
	/* Appends the cell, escaped; nothing where nothing is known. */
	void (*put)(const struct event *event, struct enrich *enrich, struct buf *out);
};

struct column_list {
	const struct column *columns[COLUMNS_MAX];
	size_t n;
};

extern const struct column columns_all[];
extern const size_t columns_n;

bool columns_have(const struct column_list *list, const char *name);

/* Those shown when nobody chooses. */
void columns_default(struct column_list *list);

/*
 * "time,local,exe": 0, -EINVAL with *bad the word that is no column (it points
 * into list_text's copy, valid until the next call), -E2BIG.
 */
int columns_parse(const char *list_text, struct column_list *list, const char **bad);

/* The same behind what is there. */
int columns_add(struct column_list *list, const char *list_text, const char **bad);

#endif
