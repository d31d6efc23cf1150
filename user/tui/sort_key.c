// SPDX-License-Identifier: GPL-2.0-only
#include "tui/sort_key.h"

#include "output/cells.h"

#include <errno.h>
#include <stdlib.h>

/* Of cells that are written for people. False: the text says it. */
static bool number_of(const struct event *e, const struct column *column, uint64_t *number)
{
	const struct connection *connection = e->connection;

	if (column->put == column_put_time)
		*number = e->time_ns;
	else if (column->put == column_put_lifetime)
		*number = e->lifetime_ns;
	else if (column->put == column_put_latency)
		*number = connection ? connection->latency_ns : 0;
	else
		return false;
	return true;
}

/* Ports are in the order of their numbers, and of their addresses then. */
static uint64_t port_of(const struct event *e, const struct column *column)
{
	if (column->put == column_put_local)
		return e->socket.local.port;
	if (column->put == column_put_remote && e->connection)
		return e->connection->remote.port;
	return 0;
}

int sort_key(struct item *item, const struct column *column, struct enrich *enrich)
{
	struct buf cell = { 0 };

	free(item->text);
	item->text = NULL;
	item->number = 0;
	if (number_of(&item->kept.event, column, &item->number) || item->note)
		return 0;
	column->put(&item->kept.event, enrich, &cell);
	buf_putc(&cell, '\0');
	if (cell.failed) {
		buf_free(&cell);
		return -ENOMEM;
	}
	if (column->flags & COLUMN_RIGHT) {
		item->number = strtoull(cell.data, NULL, 10);
		buf_free(&cell);
		return 0;
	}
	item->number = port_of(&item->kept.event, column);
	item->text = cell.data;
	return 0;
}
