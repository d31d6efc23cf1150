/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Items in the order they are shown in, and which of them is selected. They come, change
 * and go at any pace: the order is made when it is looked at, and takes a pass over all and
 * the sorting of those that changed.
 */
#ifndef PORTTRACE_TUI_LIST_H
#define PORTTRACE_TUI_LIST_H

#include "enrich/enrich.h"
#include "model/filter.h"
#include "output/columns.h"
#include "tui/item.h"

struct list {
	/* How it is shown; list_resort() after a change. */
	struct enrich *enrich;
	const struct filter *filter; /* NULL: all */
	const struct column *sort;
	bool descending;

	struct item_list all;
	size_t n_all;
	uint64_t last_id;

	/* In order, once list_refresh() was called. */
	struct item **shown;
	size_t n;
	struct item *selected; /* NULL: none is there */
	size_t cursor;         /* its place */
	size_t top;            /* the first line's */
	bool follows;          /* the first is selected, whichever it is */

	/* Its own. */
	struct item **stale;
	size_t n_stale;
	size_t n_gone; /* in shown or in stale, and no longer in all */
	size_t cap;    /* of both arrays */
	bool swept;    /* since the last refresh: places have changed */
};

void list_init(struct list *list, struct enrich *enrich, const struct column *sort,
	       bool descending);
/* Frees all items. */
void list_free(struct list *list);
/* Takes item, from malloc(), which is filled. 0; -ENOMEM: it is still the caller's. */
int list_add(struct list *list, struct item *item);
/* The same of one that is the beginning of a node of a tree, into which it goes, too (tsearch(3)). */
int list_enter(struct list *list, struct item *item, void **tree,
	       int (*compare)(const void *, const void *));
/* It has changed. */
void list_touch(struct list *list, struct item *item);
/* Frees item, sooner or later. */
void list_remove(struct list *list, struct item *item);
/* All are sorted and filtered anew. */
void list_resort(struct list *list);
/* Puts them in order; height: lines of the screen there are for them. False: no memory for a key. */
bool list_refresh(struct list *list, size_t height);
/* Selects the n-th, or the last one. After a refresh. */
void list_select(struct list *list, size_t n, size_t height);

#endif
