// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is open now, for a person: columns as wide as what is in them, by
 * libsmartcols. It sees cells that went through our escaper alone.
 */
#include "output/listing_wrap.h"
#include "output/sink.h"

#include <ctype.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

/* Less room makes a tower of words. */
#define BESIDE_MIN 40

/* One list at a time: begin() makes the table, end() prints it. NULL: no memory. */
static struct libscols_table *table;
static struct buf cell;

/* Where one column goes on in further lines no other need be cut, and it is libsmartcols' last resort. */
static int cut_flag(const struct column_list *list, const struct column *column)
{
	if (column->flags & COLUMN_WRAPPED)
		return SCOLS_FL_WRAP;
	for (size_t i = 0; i < list->n; i++)
		if (list->columns[i]->flags & COLUMN_WRAPPED)
			return 0;
	return column->flags & COLUMN_CUT ? SCOLS_FL_TRUNC : 0;
}

static int add_column(const struct column_list *list, const struct column *column)
{
	int flags = (column->flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0) | cut_flag(list, column);
	char name[32];
	size_t i = 0;

	for (; i < sizeof(name) - 1 && column->name[i]; i++)
		name[i] = (char)toupper((unsigned char)column->name[i]);
	name[i] = '\0';
	return scols_table_new_column(table, name, 0, flags) ? 0 : -1;
}

/* Where stdout is no terminal a line is as long as it is. */
static void set_width(const struct sink *sink)
{
	scols_table_set_termforce(table,
				  sink->width ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (sink->width)
		scols_table_set_termwidth(table, sink->width);
}

static void drop(void)
{
	scols_unref_table(table);
	table = NULL;
	buf_free(&cell);
}

static void begin(const struct sink *sink, struct buf *out)
{
	table = scols_new_table();
	if (!table) {
		out->failed = true;
		return;
	}
	/* It would escape the backslashes of our escaper. */
	scols_table_enable_noencoding(table, 1);
	set_width(sink);
	for (size_t i = 0; i < sink->columns.n; i++) {
		if (add_column(&sink->columns, sink->columns.columns[i])) {
			out->failed = true;
			drop();
			return;
		}
	}
}

static void event_line(const struct sink *sink, const struct event *event, struct buf *out)
{
	struct libscols_line *line = table ? scols_table_new_line(table, NULL) : NULL;

	out->failed |= !line;
	for (size_t i = 0; line && i < sink->columns.n; i++) {
		buf_clear(&cell);
		sink->columns.columns[i]->put(event, sink->enrich, &cell);
		buf_putc(&cell, '\0');
		if (cell.failed || scols_line_set_data(line, i, cell.data))
			out->failed = true;
	}
}

/*
 * A column that is read whole goes on in further lines, beside the others where they leave it room, or
 * else below them: n columns: none does, its number.
 */
static size_t place_wrapped(const struct sink *sink, struct buf *out)
{
	const struct column_list *list = &sink->columns;
	size_t at = 0, room;

	while (at < list->n && !(list->columns[at]->flags & COLUMN_WRAPPED))
		at++;
	if (!sink->width || at == list->n)
		return list->n;
	room = listing_room(table, at, sink->width);
	if (room < BESIDE_MIN && room < listing_column_width(table, at)) {
		scols_column_set_flags(scols_table_get_column(table, at), SCOLS_FL_HIDDEN);
		return at;
	}
	out->failed |= listing_wrap(table, at, room) != 0;
	return list->n;
}

/* Without the blanks that an empty last cell leaves. */
static void put_lines(const struct sink *sink, const char *text, size_t below, struct buf *out)
{
	for (size_t i = 0; *text; i++) {
		const char *eol = strchrnul(text, '\n');
		size_t n = (size_t)(eol - text);

		while (n && text[n - 1] == ' ')
			n--;
		buf_put(out, text, n);
		buf_putc(out, '\n');
		text = *eol ? eol + 1 : eol;
		/* The first line is the header. */
		if (i && below < sink->columns.n)
			listing_put_below(table, below, i - 1, sink->width, out);
	}
}

static void end(const struct sink *sink, struct buf *out)
{
	char *text = NULL;
	size_t below;

	if (!table)
		return;
	if (scols_table_is_empty(table)) {
		drop();
		return;
	}
	below = place_wrapped(sink, out);
	if (scols_print_table_to_string(table, &text))
		out->failed = true;
	else
		put_lines(sink, text, below, out);
	free(text);
	drop();
}

const struct sink_ops sink_listing = { "table", begin, event_line, end };
