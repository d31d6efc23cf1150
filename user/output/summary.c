// SPDX-License-Identifier: GPL-2.0-only
#include "output/summary.h"

#include "base/escape.h"
#include "base/width.h"
#include "output/cells.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 4096

/* --- gathering ------------------------------------------------------------------ */

static struct summary_row *add(struct summary *summary)
{
	size_t cap = summary->cap ? summary->cap * 2 : 16;
	struct summary_row *rows;

	if (summary->n == summary->cap) {
		rows = summary->n < ROWS_MAX ? reallocarray(summary->rows, cap, sizeof(*rows)) :
					       NULL;
		if (!rows) {
			summary->beyond++;
			return NULL;
		}
		summary->rows = rows;
		summary->cap = cap;
	}
	return memset(&summary->rows[summary->n++], 0, sizeof(*rows));
}

static uint32_t pid_of(const struct event *event)
{
	return event->actor.process ? event->actor.process->tgid : 0;
}

/* A row that is closed, or a peer, of the same end and process. */
static struct summary_row *find_same(struct summary *summary, const struct summary_row *like)
{
	for (size_t i = 0; i < summary->n; i++) {
		struct summary_row *row = &summary->rows[i];

		if (row != like && !row->open && row->peer == like->peer && row->pid == like->pid &&
		    !memcmp(&row->socket.local, &like->socket.local, sizeof(row->socket.local)))
			return row;
	}
	return NULL;
}

static struct summary_row row_of(const struct event *event)
{
	struct summary_row row = { .socket = event->socket, .pid = pid_of(event), .times = 1 };

	memcpy(row.comm, event->actor.comm, sizeof(row.comm));
	return row;
}

static void note_open(struct summary *summary, const struct event *event)
{
	struct summary_row *row = add(summary);

	if (!row)
		return;
	*row = row_of(event);
	row->open = true;
	row->opened_ns = event->time_ns;
}

/* Opened again and again it is one row. */
static void note_close(struct summary *summary, const struct event *event)
{
	struct summary_row *row = summary->rows, *end = row + summary->n, *same;

	while (row < end &&
	       !(row->open && row->socket.sk == event->socket.sk &&
		 !memcmp(&row->socket.local, &event->socket.local, sizeof(row->socket.local))))
		row++;
	if (row == end)
		return;
	row->open = false;
	row->open_ns = event->lifetime_ns;
	if (!row->open_ns && row->opened_ns && event->time_ns > row->opened_ns)
		row->open_ns = event->time_ns - row->opened_ns;
	same = find_same(summary, row);
	if (!same)
		return;
	same->times += row->times;
	same->open_ns += row->open_ns;
	*row = end[-1];
	summary->n--;
}

static void note_peer(struct summary *summary, const struct event *event)
{
	struct summary_row like = row_of(event), *row;

	like.peer = true;
	like.socket.local = event->connection->remote;
	row = find_same(summary, &like);
	if (row) {
		row->times++;
		return;
	}
	row = add(summary);
	if (row)
		*row = like;
}

void summary_note(struct summary *summary, const struct event *event)
{
	switch (event->kind) {
	case EVENT_EXISTING:
	case EVENT_OPEN:
		note_open(summary, event);
		break;
	case EVENT_CLOSE:
		note_close(summary, event);
		break;
	case EVENT_CHANGE: /* a socket more, or less, of a port; or another backlog */
	case EVENT_RECOVERED:
		if (event->from == RECORD_OPEN)
			note_open(summary, event);
		else if (event->from == RECORD_CLOSE)
			note_close(summary, event);
		break;
	case EVENT_CONNECT:
		note_peer(summary, event);
		break;
	default:
		break;
	}
}

size_t summary_open(const struct summary *summary)
{
	size_t n = 0;

	for (size_t i = 0; i < summary->n; i++)
		n += summary->rows[i].open;
	return n;
}

void summary_free(struct summary *summary)
{
	free(summary->rows);
	*summary = (struct summary){ 0 };
}

/* --- printing ------------------------------------------------------------------- */

static void pad(struct buf *out, size_t from, size_t width)
{
	size_t fit, cells = width_text(out->data + from, out->len - from, SIZE_MAX, &fit);

	buf_fill(out, ' ', cells < width ? width - cells : 1);
}

static void put_who(const char *comm, uint32_t pid, struct buf *out)
{
	if (!pid) {
		buf_puts(out, "not known");
		return;
	}
	escape_puts(out, comm);
	buf_puts(out, " (");
	buf_put_u64(out, pid);
	buf_putc(out, ')');
}

static void put_seconds(uint64_t ns, struct buf *out)
{
	char text[40];

	snprintf(text, sizeof(text), "%" PRIu64 ".%03" PRIu64 " s", ns / 1000000000,
		 ns / 1000000 % 1000);
	buf_puts(out, text);
}

static void put_times(uint64_t times, struct buf *out)
{
	buf_put_u64(out, times);
	buf_puts(out, times == 1 ? " time" : " times");
}

static void put_how_long(const struct summary_row *row, struct buf *out)
{
	if (row->open) {
		buf_puts(out, "stays open");
		if (row->holder_pid && row->holder_pid != row->pid) {
			buf_puts(out, ", held by ");
			put_who(row->holder_comm, row->holder_pid, out);
		}
		return;
	}
	put_seconds(row->open_ns, out);
	if (row->times > 1) {
		buf_puts(out, " in all, ");
		put_times(row->times, out);
	}
}

static void put_row(const struct summary_row *row, struct buf *out)
{
	size_t from = out->len;

	buf_puts(out, proto_name(&row->socket));
	pad(out, from, 8);
	from = out->len;
	cell_put_endpoint(&row->socket.local, out);
	pad(out, from, 24);
	from = out->len;
	put_who(row->comm, row->pid, out);
	pad(out, from, 26);
	if (row->peer)
		put_times(row->times, out);
	else
		put_how_long(row, out);
	buf_putc(out, '\n');
}

static void put_rows(const struct summary *summary, bool peer, const char *title, struct buf *out)
{
	size_t rows = 0;

	for (size_t i = 0; i < summary->n; i++) {
		if (summary->rows[i].peer != peer)
			continue;
		if (!rows++)
			buf_puts(out, title);
		put_row(&summary->rows[i], out);
	}
}

void summary_print(const struct summary *summary, struct buf *out)
{
	if (!summary->n) {
		buf_puts(out, "\nno port was opened\n");
		return;
	}
	put_rows(summary, false,
		 "\nPROTO   OPENED                  BY                        OPEN FOR\n", out);
	put_rows(summary, true,
		 "\nPROTO   CONNECTED TO            BY                        HOW OFTEN\n", out);
	if (!summary->beyond)
		return;
	buf_puts(out, "and ");
	buf_put_u64(out, summary->beyond);
	buf_puts(out, " more that are not in this list\n");
}
