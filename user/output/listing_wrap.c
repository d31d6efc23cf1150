// SPDX-License-Identifier: GPL-2.0-only
#include "output/listing_wrap.h"

#include "base/width.h"
#include "base/wrap.h"

#include <errno.h>
#include <string.h>

#define INDENT 2

static size_t cells_of(struct libscols_cell *cell)
{
	const char *text = cell ? scols_cell_get_data(cell) : NULL;
	size_t fit;

	return text ? width_text(text, strlen(text), SIZE_MAX, &fit) : 0;
}

size_t listing_column_width(struct libscols_table *table, size_t column)
{
	struct libscols_column *header = scols_table_get_column(table, column);
	size_t widest = cells_of(scols_column_get_header(header));

	for (size_t i = 0; i < scols_table_get_nlines(table); i++) {
		size_t cells = cells_of(
			scols_line_get_cell(scols_table_get_line(table, i), column));

		if (cells > widest)
			widest = cells;
	}
	return widest;
}

size_t listing_room(struct libscols_table *table, size_t column, size_t width)
{
	size_t taken = 0;

	for (size_t i = 0; i < scols_table_get_ncols(table); i++)
		if (i != column)
			taken += listing_column_width(table, i) + 1;
	return taken < width ? width - taken : 0;
}

static int wrap_cell(struct libscols_line *line, size_t column, size_t room)
{
	const char *text = scols_cell_get_data(scols_line_get_cell(line, column));
	struct buf wrapped = { 0 };
	int err = 0;

	if (!text)
		return 0;
	wrap_line(&wrapped, text, strlen(text), room, 0);
	buf_putc(&wrapped, '\0');
	if (wrapped.failed || scols_line_set_data(line, column, wrapped.data))
		err = -ENOMEM;
	buf_free(&wrapped);
	return err;
}

int listing_wrap(struct libscols_table *table, size_t column, size_t room)
{
	int err = 0;

	for (size_t i = 0; !err && i < scols_table_get_nlines(table); i++)
		err = wrap_cell(scols_table_get_line(table, i), column, room);
	scols_column_set_wrapfunc(scols_table_get_column(table, column), scols_wrapnl_chunksize,
				  scols_wrapnl_nextchunk, NULL);
	return err;
}

void listing_put_below(struct libscols_table *table, size_t column, size_t i, size_t width,
		       struct buf *out)
{
	struct libscols_line *line = scols_table_get_line(table, i);
	const char *text = line ? scols_cell_get_data(scols_line_get_cell(line, column)) : NULL;
	struct buf whole = { 0 };

	if (!text || !*text)
		return;
	buf_fill(&whole, ' ', INDENT);
	buf_puts(&whole, text);
	wrap_line(out, whole.data, whole.len, width, INDENT);
	buf_putc(out, '\n');
	out->failed |= whole.failed;
	buf_free(&whole);
}
