// SPDX-License-Identifier: GPL-2.0-only
/* One line an event, in columns, for a person. */
#include "output/alert_line.h"
#include "output/sink.h"

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

static void put_line(const struct sink *sink, struct buf *out,
		     void (*put)(const struct column *column, const struct sink *sink,
				 const struct event *event, struct buf *out),
		     const struct event *event)
{
	size_t line = out->len;

	for (size_t i = 0; i < sink->columns.n && !out->failed; i++) {
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
	if (color)
		buf_puts(out, color);
	put_line(sink, out, put_value, event);
	if (color)
		buf_puts(out, COLOR_OFF);
	buf_putc(out, '\n');
	if (event->alert)
		alert_put_line(event, sink->color, out);
}

const struct sink_ops sink_table = { "table", begin, event_line, NULL };
