// SPDX-License-Identifier: GPL-2.0-only
#include "tui/menu.h"

#include "tui/terminal.h"

#include <string.h>

void menu_open(struct menu *menu, const struct tab *tab, enum tui_tab which, bool sorts)
{
	*menu = (struct menu){ .open = true, .sorts = sorts };
	if (sorts)
		menu->choices = tab->columns;
	else
		tab_choices(tab, which, &menu->choices);
	for (size_t i = 0; i < menu->choices.n; i++) {
		menu->on[i] = sorts ? menu->choices.columns[i] == tab->list->sort :
				      i < tab->columns.n;
		if (sorts && menu->on[i])
			menu->cursor = i;
	}
}

static void apply(struct menu *menu, struct tab *tab)
{
	tab->columns.n = 0;
	for (size_t i = 0; i < menu->choices.n; i++)
		if (menu->on[i])
			tab->columns.columns[tab->columns.n++] = menu->choices.columns[i];
	tab_columns_changed(tab);
}

static size_t count(const struct menu *menu)
{
	size_t n = 0;

	for (size_t i = 0; i < menu->choices.n; i++)
		n += menu->on[i];
	return n;
}

/* A table has one column at least. */
static void choose(struct menu *menu, struct tab *tab)
{
	if (menu->sorts) {
		tab->list->sort = menu->choices.columns[menu->cursor];
		list_resort(tab->list);
		menu->open = false;
		return;
	}
	if (menu->on[menu->cursor] && count(menu) == 1)
		return;
	menu->on[menu->cursor] = !menu->on[menu->cursor];
	apply(menu, tab);
}

static void move_column(struct menu *menu, struct tab *tab, int steps)
{
	size_t from = menu->cursor, to = from + (size_t)steps;
	const struct column *column = menu->choices.columns[from];
	bool on = menu->on[from];

	if (menu->sorts || to >= menu->choices.n)
		return;
	menu->choices.columns[from] = menu->choices.columns[to];
	menu->on[from] = menu->on[to];
	menu->choices.columns[to] = column;
	menu->on[to] = on;
	menu->cursor = to;
	apply(menu, tab);
}

static void go(struct menu *menu, long steps, size_t height)
{
	long to = (long)menu->cursor + steps;

	if (to < 0)
		to = 0;
	if (to >= (long)menu->choices.n)
		to = (long)menu->choices.n - 1;
	menu->cursor = (size_t)to;
	if (menu->cursor < menu->top)
		menu->top = menu->cursor;
	if (height && menu->cursor >= menu->top + height)
		menu->top = menu->cursor - height + 1;
}

void menu_key(struct menu *menu, struct tab *tab, int key, size_t height)
{
	switch (key) {
	case KEY_IS_UP:
	case KEY_IS_WHEEL_UP:
		go(menu, -1, height);
		break;
	case KEY_IS_DOWN:
	case KEY_IS_WHEEL_DOWN:
		go(menu, 1, height);
		break;
	case KEY_IS_PAGE_UP:
		go(menu, -(long)height, height);
		break;
	case KEY_IS_PAGE_DOWN:
		go(menu, (long)height, height);
		break;
	case KEY_IS_HOME:
		go(menu, -(long)menu->choices.n, height);
		break;
	case KEY_IS_END:
		go(menu, (long)menu->choices.n, height);
		break;
	case KEY_IS_ENTER:
	case ' ':
		choose(menu, tab);
		break;
	case KEY_IS_F0 + 7:
	case '[':
		move_column(menu, tab, -1);
		go(menu, 0, height);
		break;
	case KEY_IS_F0 + 8:
	case ']':
		move_column(menu, tab, 1);
		go(menu, 0, height);
		break;
	case KEY_IS_ESCAPE:
	case KEY_IS_F0 + 2:
	case KEY_IS_F0 + 6:
	case KEY_IS_F0 + 10:
	case 'q':
		menu->open = false;
		break;
	default:
		break;
	}
}
