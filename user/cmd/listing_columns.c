// SPDX-License-Identifier: GPL-2.0-only
/* The columns of a listing, where nobody chose them. */
#include "cmd/listing_columns.h"

#include "base/width.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define COLUMNS_OF_PORTS "proto,local,user,pid,comm"
#define COLUMNS_OF_ALL "proto,state,local,remote,user,pid,comm"

/* Shown if there is something in them. */
static const char *const columns_if_used[] = { "unit",  "container", "service",
					       "queue", "holders",   "netns" };
enum used { USED_UNIT, USED_CONTAINER, USED_SERVICE, USED_QUEUE, USED_HOLDERS, USED_NETNS, USES };

struct looking {
	struct enrich *enrich;
	uint32_t netns; /* of the first row; 0: there is none yet */
	bool used[USES];
};

static void look(const struct event *event, void *arg)
{
	const struct endpoint *local = &event->socket.local;
	const struct process *process = event->actor.process;
	struct looking *l = arg;

	if (event->kind == EVENT_MISSING)
		return; /* it is nowhere */
	if (!l->netns)
		l->netns = local->netns;
	l->used[USED_NETNS] |= local->netns != l->netns;
	l->used[USED_HOLDERS] |= event->n_holders > 1;
	l->used[USED_QUEUE] |= event->socket.accept_queue > 0;
	l->used[USED_SERVICE] |= enrich_service(l->enrich, local->proto, local->port) != NULL;
	if (!process)
		return;
	l->used[USED_UNIT] |= enrich_unit(l->enrich, process) != NULL;
	l->used[USED_CONTAINER] |= enrich_container(l->enrich, process) != NULL;
}

/* Where it is: of interest also to a command that has its own columns. */
static bool is_place(enum used used)
{
	return used == USED_UNIT || used == USED_CONTAINER || used == USED_NETNS;
}

/* What would be empty, or the same, in every line is left out. */
static void choose(const struct listing *listing, const struct listing_of *of,
		   struct column_list *columns)
{
	const char *first = listing->options->all ? COLUMNS_OF_ALL : COLUMNS_OF_PORTS, *bad;
	struct looking looking = { .enrich = listing->enrich };
	struct buf names = { 0 };

	buf_puts(&names, listing->columns ? listing->columns : first);
	of->each(of->arg, look, &looking);
	for (enum used i = 0; i < USES; i++) {
		if (!looking.used[i] || (listing->columns && !is_place(i)))
			continue;
		buf_putc(&names, ',');
		buf_puts(&names, columns_if_used[i]);
	}
	if (listing->columns_last) {
		buf_putc(&names, ',');
		buf_puts(&names, listing->columns_last);
	}
	buf_putc(&names, '\0');
	if (!names.failed)
		columns_parse(names.data, columns, &bad);
	buf_free(&names);
}

/* --- as many as the terminal has room for ------------------------------------------- */

struct measuring {
	struct enrich *enrich;
	const struct column_list *columns;
	size_t widths[COLUMNS_MAX];
	struct buf cell;
};

static void measure(const struct event *event, void *arg)
{
	struct measuring *m = arg;

	for (size_t i = 0; i < m->columns->n; i++) {
		size_t all, width;

		buf_clear(&m->cell);
		m->columns->columns[i]->put(event, m->enrich, &m->cell);
		width = width_text(m->cell.data, m->cell.len, SIZE_MAX, &all);
		if (width > m->widths[i])
			m->widths[i] = width;
	}
}

static size_t line_width(const struct measuring *m, bool cut)
{
	size_t sum = m->columns->n - 1;

	for (size_t i = 0; i < m->columns->n; i++) {
		const struct column *column = m->columns->columns[i];
		size_t name = strlen(column->name);
		bool is_name = m->widths[i] < name || (cut && column->flags & COLUMN_CUT);

		sum += is_name ? name : m->widths[i];
	}
	return sum;
}

static size_t find(const struct column_list *columns, const char *name)
{
	size_t i = 0;

	while (i < columns->n && strcmp(columns->columns[i]->name, name) != 0)
		i++;
	return i;
}

static void leave_out(struct measuring *m, struct column_list *columns, size_t at)
{
	columns->n--;
	for (size_t i = at; i < columns->n; i++) {
		columns->columns[i] = columns->columns[i + 1];
		m->widths[i] = m->widths[i + 1];
	}
}

/* cut: what can be cut is cut already. */
static void leave_out_while(struct measuring *m, struct column_list *columns,
			    const char *const *names, size_t n, size_t width, bool cut)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = find(columns, names[i]);

		if (at < columns->n && line_width(m, cut) > width)
			leave_out(m, columns, at);
	}
}

/* What can be missed best goes before anything is cut, what is missed goes where that is not enough. */
static void fit(const struct listing *listing, const struct listing_of *of, size_t width,
		struct column_list *columns)
{
	static const char *const missable[] = { "service", "queue" };
	static const char *const missed[] = { "holders", "user" };
	struct measuring m = { .enrich = listing->enrich, .columns = columns };

	of->each(of->arg, measure, &m);
	leave_out_while(&m, columns, missable, COUNT(missable), width, false);
	leave_out_while(&m, columns, missed, COUNT(missed), width, true);
	buf_free(&m.cell);
}

void listing_choose_columns(const struct listing *listing, const struct listing_of *of,
			    size_t width, struct column_list *columns)
{
	choose(listing, of, columns);
	if (width && !listing->columns)
		fit(listing, of, width, columns);
}
