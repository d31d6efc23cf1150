// SPDX-License-Identifier: GPL-2.0-only
#include "tui/list.h"

#include "tui/sort_key.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* What is gone is swept out once there is more of it than this, and than of what is there. */
#define GONE_MAX 1024

void list_init(struct list *list, struct enrich *enrich, const struct column *sort, bool descending)
{
	*list = (struct list){ .enrich = enrich, .sort = sort, .descending = descending };
	TAILQ_INIT(&list->all);
}

static void item_free(struct item *item)
{
	kept_drop(&item->kept);
	free(item->note);
	free(item->text);
	free(item);
}

/* Each item is once at most in each array: there is room for all. */
static int reserve(struct list *list)
{
	size_t need = list->n_all + list->n_gone + 1, cap = list->cap ? list->cap : 64;
	struct item **grown;

	if (need <= list->cap)
		return 0;
	while (cap < need)
		cap *= 2;
	grown = reallocarray(list->shown, cap, sizeof(struct item *));
	if (!grown)
		return -ENOMEM;
	list->shown = grown;
	grown = reallocarray(list->stale, cap, sizeof(struct item *));
	if (!grown)
		return -ENOMEM;
	list->stale = grown;
	list->cap = cap;
	return 0;
}

int list_add(struct list *list, struct item *item)
{
	if (reserve(list))
		return -ENOMEM;
	item->id = ++list->last_id;
	TAILQ_INSERT_TAIL(&list->all, item, in_all);
	list->n_all++;
	list_touch(list, item);
	return 0;
}

int list_enter(struct list *list, struct item *item, void **tree,
	       int (*compare)(const void *, const void *))
{
	if (!tsearch(item, tree, compare))
		return -ENOMEM;
	if (!list_add(list, item))
		return 0;
	tdelete(item, tree, compare);
	return -ENOMEM;
}

void list_touch(struct list *list, struct item *item)
{
	if (item->stale)
		return;
	item->stale = true;
	list->stale[list->n_stale++] = item;
}

/*
 * Leaves what is in order, and is neither gone nor stale; of those that are gone each
 * is freed with the last place that has it.
 */
static void sweep(struct list *list)
{
	size_t kept = 0, waiting = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct item *item = list->shown[i];

		item->shown = !item->gone && !item->stale;
		if (item->shown)
			list->shown[kept++] = item;
		else if (item->gone && !item->stale)
			item_free(item);
	}
	for (size_t i = 0; i < list->n_stale; i++) {
		struct item *item = list->stale[i];

		if (item->gone)
			item_free(item);
		else
			list->stale[waiting++] = item;
	}
	list->n = kept;
	list->n_stale = waiting;
	list->n_gone = 0;
	list->swept = true;
}

void list_remove(struct list *list, struct item *item)
{
	TAILQ_REMOVE(&list->all, item, in_all);
	list->n_all--;
	if (list->selected == item)
		list->selected = NULL;
	if (!item->shown && !item->stale) {
		item_free(item);
		return;
	}
	item->gone = true;
	list->n_gone++;
	if (list->n_gone > GONE_MAX && list->n_gone > list->n_all)
		sweep(list);
}

void list_free(struct list *list)
{
	struct item *item = TAILQ_FIRST(&list->all), *next;

	for (; item; item = next) {
		next = TAILQ_NEXT(item, in_all);
		list_remove(list, item);
	}
	sweep(list);
	free(list->shown);
	free(list->stale);
	*list = (struct list){ 0 };
	TAILQ_INIT(&list->all);
}

void list_resort(struct list *list)
{
	for (struct item *item = TAILQ_FIRST(&list->all); item; item = TAILQ_NEXT(item, in_all))
		list_touch(list, item);
}

static int compare(const struct item *a, const struct item *b)
{
	int order;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	order = strverscmp(a->text ? a->text : "", b->text ? b->text : "");
	if (order)
		return order;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* Two items as the list has them. */
static int in_order(const void *a, const void *b, void *arg)
{
	const struct list *list = arg;
	int order = compare(*(struct item *const *)a, *(struct item *const *)b);

	return list->descending ? -order : order;
}

/* What the filter lets pass of what is stale, with its key; the others are out of the array. */
static bool look(struct list *list)
{
	size_t n = 0;
	bool whole = true;

	for (size_t i = 0; i < list->n_stale; i++) {
		struct item *item = list->stale[i];

		item->stale = false;
		if (list->filter && !item->note && !filter_pass(list->filter, &item->kept.event))
			continue;
		whole &= !sort_key(item, list->sort, list->enrich);
		list->stale[n++] = item;
	}
	list->n_stale = n;
	return whole;
}

/* From behind, since the array has room at its end. */
static void merge(struct list *list)
{
	size_t from = list->n, fresh = list->n_stale, to = from + fresh;

	list->n = to;
	while (fresh) {
		struct item *item = list->stale[fresh - 1];

		if (from && in_order(&list->shown[from - 1], &item, list) > 0) {
			list->shown[--to] = list->shown[--from];
			continue;
		}
		item->shown = true;
		list->shown[--to] = item;
		fresh--;
	}
	list->n_stale = 0;
}

/* Where the selected one is now, on the line of the screen that it was on. */
static void find_selected(struct list *list, size_t height)
{
	size_t line = list->cursor - list->top;

	if (list->selected && !list->selected->shown)
		list->selected = NULL;
	if (list->follows)
		list->cursor = 0;
	else if (list->selected)
		list->cursor = list->selected->at;
	list->top = list->cursor > line ? list->cursor - line : 0;
	list_select(list, list->cursor, height);
}

bool list_refresh(struct list *list, size_t height)
{
	bool whole;

	if (!list->n_stale && !list->n_gone && !list->swept) {
		list_select(list, list->cursor, height);
		return true;
	}
	sweep(list);
	list->swept = false;
	whole = look(list);
	if (list->n_stale)
		qsort_r(list->stale, list->n_stale, sizeof(struct item *), in_order, list);
	merge(list);
	for (size_t i = 0; i < list->n; i++)
		list->shown[i]->at = i;
	find_selected(list, height);
	return whole;
}

void list_select(struct list *list, size_t n, size_t height)
{
	size_t last_top = list->n > height ? list->n - height : 0;

	if (n >= list->n)
		n = list->n ? list->n - 1 : 0;
	list->cursor = n;
	list->selected = list->n ? list->shown[n] : NULL;
	if (height && n >= list->top + height)
		list->top = n - height + 1;
	if (n < list->top)
		list->top = n;
	if (list->top > last_top)
		list->top = last_top;
}
