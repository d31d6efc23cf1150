// SPDX-License-Identifier: GPL-2.0-only
/* The cells that are on the screen, and how wide their columns are. */
#include "tui/tab.h"

#include "output/cells.h"
#include "tui/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Cells: of a column that is cut at the edge less is not shown. */
#define LAST_MIN 4
#define END_MIN 10 /* of an address with its port: "…]:65535" */

bool grid_is_end(const struct column *column)
{
	return column->put == column_put_local || column->put == column_put_remote;
}

static int reserve(struct grid *grid, size_t n)
{
	struct cell *cells;

	if (n <= grid->cap)
		return 0;
	cells = reallocarray(grid->cells, n, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	grid->cells = cells;
	grid->cap = n;
	return 0;
}

static void fill_line(struct grid *grid, const struct tab *tab, const struct item *item,
		      struct cell *cells, bool ascii)
{
	for (size_t i = 0; i < grid->columns; i++) {
		const struct column *column = tab->columns.columns[tab->first + i];
		size_t from = grid->text.len;

		column->put(&item->kept.event, tab->list->enrich, &grid->text);
		text_tame(&grid->text, from, ascii);
		cells[i].from = from;
		cells[i].n = grid->text.len - from;
		cells[i].width = text_width(grid->text.data + from, cells[i].n);
	}
}

static size_t widest(const struct grid *grid, size_t column)
{
	size_t width = 0;

	for (size_t line = 0; line < grid->lines; line++)
		if (grid->cells[line * grid->columns + column].width > width)
			width = grid->cells[line * grid->columns + column].width;
	return width;
}

/*
 * Text takes what it needs up to what the table of "list" gives it, all else what it
 * needs; but of a very long address part of the line at most, its port stays.
 */
static size_t need_of(const struct column *column, size_t widest, size_t line)
{
	size_t most = column->width, least = strlen(column->name) + 1;

	if (grid_is_end(column)) {
		least = column->width;
		most = line * 3 / 10;
	} else if (!(column->flags & COLUMN_CUT)) {
		most = widest;
	}
	if (widest > most)
		widest = most;
	return widest > least ? widest : least;
}

static void grow(const struct grid *grid, struct tab *tab, size_t line)
{
	for (size_t i = 0; i < grid->columns; i++) {
		size_t need = need_of(tab->columns.columns[tab->first + i], widest(grid, i), line);

		if (need > tab->widths[tab->first + i])
			tab->widths[tab->first + i] = need;
	}
}

/* Room that is left goes to what would be cut, from the left. */
static void spread(const struct grid *grid, struct tab *tab, size_t left)
{
	for (size_t i = 0; i + 1 < grid->columns && left; i++) {
		size_t *own = &tab->widths[tab->first + i], need = widest(grid, i);
		size_t more = need > *own ? need - *own : 0;

		if (more > left)
			more = left;
		*own += more;
		left -= more;
	}
}

/* Cells of a column of which width are left. 0: it is not shown, since nobody could read it. */
static size_t cut(const struct column *column, size_t own, size_t width)
{
	bool is_end = grid_is_end(column);

	if (own <= width)
		return own;
	if (is_end)
		return width >= END_MIN ? width : 0;
	return column->flags & COLUMN_CUT && width >= LAST_MIN ? width : 0;
}

/* The last column takes what is left. What has no room is found by scrolling. */
static void lay_out(struct grid *grid, struct tab *tab, size_t width)
{
	size_t sum = 0;

	grow(grid, tab, width);
	for (size_t i = 0; i < grid->columns; i++)
		sum += tab->widths[tab->first + i] + 1;
	if (sum < width)
		spread(grid, tab, width - sum);
	for (size_t i = 0; i < grid->columns; i++) {
		const struct column *column = tab->columns.columns[tab->first + i];
		size_t own = cut(column, tab->widths[tab->first + i], width);

		if (own && i + 1 == grid->columns && !(column->flags & COLUMN_RIGHT))
			own = width;
		grid->widths[i] = own;
		width -= own && own < width ? own + 1 : width;
	}
}

int grid_fill(struct grid *grid, struct tab *tab, size_t height, size_t width, bool ascii)
{
	const struct list *list = tab->list;
	size_t left = list->n - list->top;

	grid->columns = tab->columns.n - tab->first;
	grid->lines = left < height ? left : height;
	buf_clear(&grid->text);
	/* With at least one byte there is an address to work with. */
	if (reserve(grid, grid->lines * grid->columns) || !buf_reserve(&grid->text, 1))
		return -ENOMEM;
	for (size_t line = 0; line < grid->lines; line++)
		fill_line(grid, tab, list->shown[list->top + line],
			  &grid->cells[line * grid->columns], ascii);
	lay_out(grid, tab, width);
	return grid->text.failed ? -ENOMEM : 0;
}

void grid_free(struct grid *grid)
{
	buf_free(&grid->text);
	free(grid->cells);
	*grid = (struct grid){ 0 };
}
