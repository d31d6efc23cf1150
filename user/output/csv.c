// SPDX-License-Identifier: GPL-2.0-only
/* RFC 4180, with a header; one line an event. */
#include "output/sink.h"

#include <string.h>

/* Quotes the cell that starts at byte from, where it needs it. */
static void quote_cell(struct buf *out, size_t from)
{
	size_t len = out->len - from;
	struct buf cell = { 0 };

	if (!len || out->failed ||
	    (!memchr(out->data + from, ',', len) && !memchr(out->data + from, '"', len)))
		return;
	buf_put(&cell, out->data + from, len);
	out->len = from;
	buf_putc(out, '"');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.data[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, cell.data[i]);
	}
	buf_putc(out, '"');
	out->failed |= cell.failed;
	buf_free(&cell);
}

static void begin(const struct sink *sink, struct buf *out)
{
	for (size_t i = 0; i < sink->columns.n; i++) {
		if (i)
			buf_putc(out, ',');
		buf_puts(out, sink->columns.columns[i]->name);
	}
	buf_putc(out, '\n');
}

static void event_line(const struct sink *sink, const struct event *event, struct buf *out)
{
	for (size_t i = 0; i < sink->columns.n; i++) {
		size_t cell;

		if (i)
			buf_putc(out, ',');
		cell = out->len;
		sink->columns.columns[i]->put(event, sink->enrich, out);
		quote_cell(out, cell);
	}
	buf_putc(out, '\n');
}

const struct sink_ops sink_csv = { "csv", begin, event_line, NULL };
