// SPDX-License-Identifier: GPL-2.0-only
/* One line an event, in columns, for a person. */
#include "output/alert_line.h"
#include "output/sink.h"
#include "output/time_text.h"

#include "base/width.h"

#include <ctype.h>
#include <string.h>

#define COLOR_OFF "\033[0m"

static const char *color_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_OPEN:
		return "\033[32m"; /* green */
	case EVENT_CLOSE:
		return "\033[31m"; /* red */
	case EVENT_FAIL:
		return "\033[35m"; /* magenta */
	case EVENT_CHANGE:
		return "\033[33m"; /* yellow */
	case EVENT_LOST:
	case EVENT_RECOVERED:
	case EVENT_MISSING:
		return "\033[1;33m";
	default:
		return NULL;
	}
}

/*
 * The cell that starts at byte from of out, into a field of width cells. A
 * cell wider than its field pushes the rest of the line, except in the last
 * column, which is cut at the terminal's edge: no port is ever cut.
 */
static void pad_cell(struct buf *out, size_t from, size_t width, bool right)
{
	size_t fit, cells = width_text(out->data + from, out->len - from, SIZE_MAX, &fit);
	size_t len = out->len - from;

	if (cells >= width)
		return;
	buf_fill(out, ' ', width - cells);
	if (!right || out->failed)
		return;
	memmove(out->data + from + width - cells, out->data + from, len);
	memset(out->data + from, ' ', width - cells);
}

static void cut_line(struct buf *out, size_t from, size_t width)
{
	size_t fit, cells;

	if (out->failed)
		return;
	cells = width ? width_text(out->data + from, out->len - from, width, &fit) : 0;
	if (cells > width)
		out->len = from + fit;
	while (out->len > from && out->data[out->len - 1] == ' ')
		out->len--;
}

/* Columns of the line itself: the last one may have no room in it that is worth the name. */
static size_t columns_of_line(const struct sink *sink)
{
	size_t n = sink->columns.n, taken = 0;
	const struct column *last;

	if (!sink->width || n < 2)
		return n;
	last = sink->columns.columns[n - 1];
	for (size_t i = 0; i + 1 < n; i++)
		taken += sink->columns.columns[i]->width + 1;
	return last->flags & COLUMN_BELOW && taken + last->width > sink->width ? n - 1 : n;
}

typedef void (*put_fn)(const struct column *column, const struct sink *sink,
		       const struct event *event, struct buf *out);

static void put_line(const struct sink *sink, struct buf *out, put_fn put,
		     const struct event *event)
{
	size_t line = out->len, n = columns_of_line(sink);

	for (size_t i = 0; i < n && !out->failed; i++) {
		const struct column *column = sink->columns.columns[i];
		size_t cell;

		if (i)
			buf_putc(out, ' ');
		cell = out->len;
		put(column, sink, event, out);
		if (i + 1 < sink->columns.n && !out->failed)
			pad_cell(out, cell, column->width, column->flags & COLUMN_RIGHT);
	}
	cut_line(out, line, sink->width);
}

static void put_name(const struct column *column, const struct sink *sink,
		     const struct event *event, struct buf *out)
{
	(void)sink;
	(void)event;
	for (const char *c = column->name; *c; c++)
		buf_putc(out, (char)toupper((unsigned char)*c));
}

static void put_value(const struct column *column, const struct sink *sink,
		      const struct event *event, struct buf *out)
{
	column->put(event, sink->enrich, out);
}

/* What the line had no room for: under its second column. */
static void put_below(const struct sink *sink, const struct event *event, struct buf *out)
{
	size_t n = columns_of_line(sink), line = out->len, cell;

	if (n == sink->columns.n)
		return;
	buf_putc(out, '\n');
	buf_fill(out, ' ', sink->columns.columns[0]->width + 1);
	cell = out->len;
	put_value(sink->columns.columns[n], sink, event, out);
	if (out->len == cell)
		out->len = line;
	else
		cut_line(out, line + 1, sink->width);
}

/* A clock alone says little in what was written last night. */
static void put_day(const struct sink *sink, const struct event *event, struct buf *out)
{
	static char told[TIME_TEXT_MAX];
	struct buf day = { 0 };

	time_put_day(&day, event->time_ns);
	buf_putc(&day, '\0');
	if (!day.failed && day.len > 1 && day.len <= sizeof(told) && strcmp(day.data, told) != 0) {
		if (*told || !sink->width) {
			buf_puts(out, "-- ");
			buf_puts(out, day.data);
			buf_puts(out, " --\n");
		}
		memcpy(told, day.data, day.len);
	}
	buf_free(&day);
}

static void begin(const struct sink *sink, struct buf *out)
{
	put_line(sink, out, put_name, NULL);
	buf_putc(out, '\n');
}

static void event_line(const struct sink *sink, const struct event *event, struct buf *out)
{
	const char *color = sink->color ? color_of(event->kind) : NULL;

	if (event->folded)
		return;
	if (sink->long_lived && columns_have(&sink->columns, "time"))
		put_day(sink, event, out);
	if (color)
		buf_puts(out, color);
	put_line(sink, out, put_value, event);
	put_below(sink, event, out);
	if (color)
		buf_puts(out, COLOR_OFF);
	buf_putc(out, '\n');
	if (event->alert)
		alert_put_line(sink, event, out);
}

const struct sink_ops sink_table = { "table", begin, event_line, NULL };
