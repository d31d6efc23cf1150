// SPDX-License-Identifier: GPL-2.0-only
/* What only rows of connections show. */
#include "tui/conns.h"

#include "base/escape.h"

bool conn_columns_ascii;

/* The columns get the event of a row, which is the beginning of it. */
static const struct conn_row *row_of(const struct event *e)
{
	return (const struct conn_row *)(const void *)e;
}

_Static_assert(!offsetof(struct conn_row, item.kept.event), "a row is found by its event");

static void put_direction(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_puts(out, row_of(e)->key.incoming ? "in" : "out");
}

static void put_port(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_put_u64(out, row_of(e)->key.port);
}

static void put_now(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_put_u64(out, row_of(e)->n_now);
}

static void put_total(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_put_u64(out, row_of(e)->n_total);
}

static void put_rate(const struct event *e, struct enrich *enrich, struct buf *out)
{
	(void)enrich;
	buf_put_u64(out, conn_rate(row_of(e)));
}

/* A second's number beside the largest of all: nothing, or one of eight heights. */
static void put_height(uint32_t count, uint32_t most, struct buf *out)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ":", "-", "=", "+", "*", "%", "#" };
	size_t height = count ? 1 + (size_t)((uint64_t)count * 7 / most) : 0;

	buf_puts(out, conn_columns_ascii ? ascii[height] : blocks[height]);
}

/* The whole seconds, the oldest first. */
static void put_trend(const struct event *e, struct enrich *enrich, struct buf *out)
{
	const struct conn_row *row = row_of(e);
	uint32_t most = 0;

	(void)enrich;
	for (uint64_t back = 1; back < CONNS_SECONDS; back++) {
		uint32_t count = row->counts[(row->second - back) % CONNS_SECONDS];

		if (count > most)
			most = count;
	}
	for (uint64_t back = CONNS_SECONDS - 1; back; back--)
		put_height(row->counts[(row->second - back) % CONNS_SECONDS], most, out);
}

const struct column conn_columns[CONN_COLUMNS] = {
	{ "dir", 3, 0, "in: to a port here; out: to one elsewhere", put_direction },
	{ "port", 5, COLUMN_RIGHT, "port here if they came in, else there", put_port },
	{ "now", 6, COLUMN_RIGHT, "connections there are, as far as they were told", put_now },
	{ "total", 8, COLUMN_RIGHT, "connections since they are told", put_total },
	{ "rate", 6, COLUMN_RIGHT, "connections in the last second", put_rate },
	{ "trend", CONNS_SECONDS - 1, 0, "connections a second, half a minute", put_trend },
};
