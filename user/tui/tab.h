/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of the screen: a list, which columns of it are shown, and how wide they are. */
#ifndef PORTTRACE_TUI_TAB_H
#define PORTTRACE_TUI_TAB_H

#include "tui/board.h"
#include "tui/tui.h"

struct tab {
	const char *name;
	struct list *list;
	struct column_list columns;
	size_t widths[COLUMNS_MAX]; /* of columns: they only grow, so that nothing jumps */
	size_t first;               /* the first column that is shown */
	bool entered;
	uint64_t seen_id; /* the newest row there was when it was shown */
};

/* Those of the board, with the columns they begin with; ports: NULL, or those of the ports. */
void tabs_init(struct tab tabs[TUI_TABS], struct board *board, struct enrich *enrich,
	       const struct column_list *ports);
/* All that may be chosen for it; those that are shown first. */
void tab_choices(const struct tab *tab, enum tui_tab which, struct column_list *choices);
/* The columns are others: what they were sorted by may be among them no more. */
void tab_columns_changed(struct tab *tab);
/* The screen is another. */
void tab_widths_reset(struct tab *tab);
/* By the column that is steps further to the right, around the ends. */
void tab_sort_by(struct tab *tab, int steps);
void tab_sort_invert(struct tab *tab);
/* Columns to the left or to the right that have no room. */
void tab_scroll(struct tab *tab, int steps);

/* The cells of the lines that are shown. */
struct cell {
	size_t from; /* byte of grid.text */
	size_t n;
	size_t width;
};

struct grid {
	struct buf text;
	struct cell *cells; /* line by line, of columns first..n */
	size_t cap;
	size_t lines;
	size_t columns;             /* from tab.first on */
	size_t widths[COLUMNS_MAX]; /* of these; 0: no room */
};

/* Of height lines that list_refresh() has put in order, in width cells. 0 or -ENOMEM. */
int grid_fill(struct grid *grid, struct tab *tab, size_t height, size_t width, bool ascii);
void grid_free(struct grid *grid);
/* Whether its cells are "ADDRESS:PORT". */
bool grid_is_end(const struct column *column);

#endif
