// SPDX-License-Identifier: GPL-2.0-only
/* Clicks: on a tab, a heading, a row. */
#include "tui/internal.h"

static void click_tab(struct tui *tui, struct tui_intent *intent)
{
	for (int i = 0; i < TUI_TABS; i++) {
		if (tui->terminal.click_x >= tui->tab_ends[i])
			continue;
		enter_tab(tui, (enum tui_tab)i, intent);
		return;
	}
}

/* The one it is sorted by is turned round. */
static void click_heading(struct tui *tui)
{
	struct tab *tab = current_tab(tui);
	int x = MARKS_WIDTH;

	for (size_t i = 0; i < tui->grid.columns && tui->grid.widths[i]; i++) {
		const struct column *column = tab->columns.columns[tab->first + i];

		x += (int)tui->grid.widths[i] + 1;
		if (tui->terminal.click_x >= x)
			continue;
		if (tab->list->sort == column)
			tab->list->descending = !tab->list->descending;
		tab->list->sort = column;
		list_resort(tab->list);
		return;
	}
}

/* What was there when it was drawn: if it has gone since, nothing is selected instead. */
static void click_row(struct tui *tui, size_t line)
{
	struct list *list = current_tab(tui)->list;
	size_t at = list->top + line;

	if (list->swept || at >= list->n || list->shown[at]->gone)
		return;
	list->follows = false;
	list_select(list, at, body_height(tui));
}

void take_click(struct tui *tui, struct tui_intent *intent)
{
	int line = tui->terminal.click_y - LINES_ABOVE;

	if (tui->terminal.click_y == 0)
		click_tab(tui, intent);
	else if (tui->terminal.click_y == 1)
		click_heading(tui);
	else if (line < (int)body_height(tui))
		click_row(tui, (size_t)line);
}
