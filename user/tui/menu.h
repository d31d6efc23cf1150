/* SPDX-License-Identifier: GPL-2.0-only */
/* Columns of a table to choose from: those that are shown, or the one it is sorted by. */
#ifndef PORTTRACE_TUI_MENU_H
#define PORTTRACE_TUI_MENU_H

#include "tui/tab.h"

struct menu {
	bool open;
	bool sorts; /* else which are shown */
	struct column_list choices;
	bool on[COLUMNS_MAX]; /* of choices */
	size_t cursor;
	size_t top;
};

void menu_open(struct menu *menu, const struct tab *tab, enum tui_tab which, bool sorts);
/* What it does to the tab is done at once. height: of its lines. */
void menu_key(struct menu *menu, struct tab *tab, int key, size_t height);

#endif
