// SPDX-License-Identifier: GPL-2.0-only
/* Headings and rows. */
#include "tui/internal.h"

#include "output/cells.h"
#include "tui/text.h"

#include <string.h>

/* Text at one end of a field. */
static void put_cell(const struct tui *tui, int y, int x, size_t width, const char *text, size_t n,
		     bool right, unsigned int style)
{
	size_t own = text_width(text, n);
	int left = right && own < width ? (int)(width - own) : 0;

	terminal_put(&tui->terminal, y, x, left, "", 0, style);
	terminal_put(&tui->terminal, y, x + left, (int)width - left, text, n, style);
}

/* "PROTO", and an arrow where it is sorted by. */
static void put_heading(const struct tui *tui, int x, const struct column *column, size_t width)
{
	static const char *const arrows[][2] = { { "▲", "▼" }, { "^", "v" } };
	const struct list *list = tui->tabs[tui->tab].list;
	bool sorted = column == list->sort;
	struct buf text = { 0 };

	cell_put_upper(column->name, &text);
	if (sorted)
		buf_puts(&text, arrows[tui->terminal.ascii][list->descending]);
	put_cell(tui, 1, x, width, text.data, text.len, column->flags & COLUMN_RIGHT,
		 sorted ? STYLE_BAR_ON : STYLE_BAR);
	buf_free(&text);
}

static void draw_headings(const struct tui *tui)
{
	const struct tab *tab = &tui->tabs[tui->tab];
	const struct grid *grid = &tui->grid;
	int x = MARKS_WIDTH;
	size_t i = 0;

	draw_line(tui, 1, tab->first ? "<" : "", tab->first ? 1 : 0, STYLE_BAR);
	for (; i < grid->columns && grid->widths[i]; i++) {
		put_heading(tui, x, tab->columns.columns[tab->first + i], grid->widths[i]);
		x += (int)grid->widths[i] + 1;
	}
	if (i < grid->columns)
		terminal_put(&tui->terminal, 1, tui->terminal.width - 1, 1, ">", 1, STYLE_BAR_ON);
}

/* Of what somebody has to see; a port that is no longer there is nobody's concern. */
static unsigned int verdict_style(const struct item *item)
{
	const struct verdict *verdict = item->kept.event.verdict;
	enum severity severity = item->severity;

	if (!item->note && (!verdict || verdict->kind != VERDICT_UNEXPECTED))
		return STYLE_PLAIN;
	if (!item->note)
		severity = verdict->severity;
	return severity == SEVERITY_CRIT ? STYLE_CRIT : STYLE_UNEXPECTED;
}

static unsigned int row_style(const struct item *item)
{
	const struct event *event = &item->kept.event;

	if (item->look == LOOK_NEW)
		return STYLE_NEW;
	if (item->look == LOOK_CLOSED)
		return STYLE_CLOSED;
	if (event->kind == EVENT_LOST && !item->note)
		return STYLE_BAD;
	return verdict_style(item);
}

static void put_marks(const struct tui *tui, int y, const struct item *item, unsigned int selected)
{
	static const char *const marks[] = {
		[LOOK_PLAIN] = " ", [LOOK_NEW] = "+", [LOOK_CLOSED] = "-"
	};
	unsigned int style = verdict_style(item);

	terminal_put(&tui->terminal, y, 0, 1, marks[item->look], 1, row_style(item) | selected);
	terminal_put(&tui->terminal, y, 1, 1, style != STYLE_PLAIN ? "!" : " ", 1,
		     (style != STYLE_PLAIN ? style : row_style(item)) | selected);
	terminal_put(&tui->terminal, y, 2, 1, " ", 1, row_style(item) | selected);
}

/* A line of text where others have cells. */
static void put_note(const struct tui *tui, int y, const struct item *item, unsigned int style)
{
	struct buf text = { 0 };

	column_put_time(&item->kept.event, tui->setup.enrich, &text);
	buf_putc(&text, ' ');
	buf_puts(&text, item->note);
	text_tame(&text, 0, tui->terminal.ascii);
	terminal_put(&tui->terminal, y, MARKS_WIDTH, tui->terminal.width - MARKS_WIDTH, text.data,
		     text.len, style);
	buf_free(&text);
}

static void put_cells(const struct tui *tui, int y, size_t line, unsigned int style)
{
	const struct tab *tab = &tui->tabs[tui->tab];
	const struct grid *grid = &tui->grid;
	struct buf fitted = { 0 };
	int x = MARKS_WIDTH;

	for (size_t i = 0; i < grid->columns && grid->widths[i]; i++) {
		const struct column *column = tab->columns.columns[tab->first + i];
		const struct cell *cell = &grid->cells[line * grid->columns + i];

		buf_clear(&fitted);
		text_fit(&fitted, grid->text.data + cell->from, cell->n, grid->widths[i],
			 grid_is_end(column), tui->terminal.ascii);
		put_cell(tui, y, x, grid->widths[i], fitted.data, fitted.len,
			 column->flags & COLUMN_RIGHT, style);
		x += (int)grid->widths[i];
		terminal_put(&tui->terminal, y, x++, 1, " ", 1, style);
	}
	terminal_put(&tui->terminal, y, x, tui->terminal.width - x, "", 0, style & STYLE_SELECTED);
	buf_free(&fitted);
}

static void draw_row(const struct tui *tui, size_t line)
{
	const struct list *list = tui->tabs[tui->tab].list;
	const struct item *item = list->shown[list->top + line];
	unsigned int selected = item == list->selected ? STYLE_SELECTED : 0;
	int y = LINES_ABOVE + (int)line;

	put_marks(tui, y, item, selected);
	if (item->note)
		put_note(tui, y, item, row_style(item) | selected);
	else
		put_cells(tui, y, line, row_style(item) | selected);
}

static void draw_empty(const struct tui *tui)
{
	static const char *const texts[TUI_TABS] = {
		[TUI_PORTS] = "No port is open.",
		[TUI_CONNECTIONS] = "No connections.",
		[TUI_ALERTS] = "No alerts.",
		[TUI_HISTORY] = "Nothing has opened or closed yet.",
	};
	const char *text = tui->tabs[tui->tab].list->n_all ? "Nothing passes the filter." :
							     texts[tui->tab];

	terminal_put(&tui->terminal, LINES_ABOVE, MARKS_WIDTH, tui->terminal.width - MARKS_WIDTH,
		     text, strlen(text), STYLE_FAINT);
}

void draw_table(struct tui *tui)
{
	struct tab *tab = current_tab(tui);

	if (grid_fill(&tui->grid, tab, body_height(tui), (size_t)tui->terminal.width - MARKS_WIDTH,
		      tui->terminal.ascii)) {
		draw_line(tui, LINES_ABOVE, "out of memory", strlen("out of memory"), STYLE_BAD);
		return;
	}
	draw_headings(tui);
	for (size_t line = 0; line < tui->grid.lines; line++)
		draw_row(tui, line);
	if (!tui->grid.lines)
		draw_empty(tui);
}
