// SPDX-License-Identifier: GPL-2.0-only
/* Which columns a table has, and what it is sorted by. */
#include "tui/tab.h"

#include <string.h>

static const struct {
	const char *name;
	const char *columns;
	const char *sort;
	bool descending;
	bool follows; /* what comes is of interest, not what one looked at */
} defaults[TUI_TABS] = {
	[TUI_PORTS] = { "Ports", "proto,local,pid,user,comm,detail", "local", false, false },
	[TUI_CONNECTIONS] = { "Connections", "dir,proto,port,now,rate,trend,pid,comm", "rate", true,
			      true },
	[TUI_ALERTS] = { "Alerts", "time,finding,proto,local,comm,why", "time", true, true },
	[TUI_HISTORY] = { "History", "time,event,proto,local,pid,user,comm,detail", "time", true,
			  true },
};

/* Of connections there are others by the same name, which come first. */
static const struct column *by_name(enum tui_tab which, const char *name, size_t n)
{
	for (size_t i = 0; which == TUI_CONNECTIONS && i < CONN_COLUMNS; i++)
		if (strlen(conn_columns[i].name) == n && !memcmp(conn_columns[i].name, name, n))
			return &conn_columns[i];
	for (size_t i = 0; i < columns_n; i++)
		if (strlen(columns_all[i].name) == n && !memcmp(columns_all[i].name, name, n))
			return &columns_all[i];
	return NULL;
}

static void add(struct column_list *list, enum tui_tab which, const char *names)
{
	while (*names) {
		size_t n = strcspn(names, ",");
		const struct column *column = by_name(which, names, n);

		if (column && list->n < COLUMNS_MAX && !columns_have(list, column->name))
			list->columns[list->n++] = column;
		names += n + (names[n] == ',');
	}
}

static struct list *list_of(struct board *board, enum tui_tab which)
{
	switch (which) {
	case TUI_PORTS:
		return &board->ports;
	case TUI_CONNECTIONS:
		return &board->conns.list;
	case TUI_ALERTS:
		return &board->alerts;
	default:
		return &board->history;
	}
}

void tabs_init(struct tab tabs[TUI_TABS], struct board *board, struct enrich *enrich,
	       const struct column_list *ports)
{
	for (int i = 0; i < TUI_TABS; i++) {
		enum tui_tab which = (enum tui_tab)i;
		struct tab *tab = &tabs[i];

		*tab = (struct tab){ .name = defaults[i].name, .list = list_of(board, which) };
		add(&tab->columns, which, defaults[i].columns);
		if (which == TUI_PORTS && ports && ports->n)
			tab->columns = *ports;
		list_init(tab->list, enrich,
			  by_name(which, defaults[i].sort, strlen(defaults[i].sort)),
			  defaults[i].descending);
		tab->list->follows = defaults[i].follows;
		tab_columns_changed(tab);
	}
}

void tab_choices(const struct tab *tab, enum tui_tab which, struct column_list *choices)
{
	static const char of_connections[] =
		"dir,proto,port,now,total,rate,trend,service,pid,user,comm,exe,args,unit,"
		"container,netns";

	*choices = tab->columns;
	if (which == TUI_CONNECTIONS) {
		add(choices, which, of_connections);
		return;
	}
	for (size_t i = 0; i < columns_n; i++)
		add(choices, which, columns_all[i].name);
}

static size_t place_of_sort(const struct tab *tab)
{
	size_t i = 0;

	while (i < tab->columns.n && tab->columns.columns[i] != tab->list->sort)
		i++;
	return i;
}

void tab_widths_reset(struct tab *tab)
{
	memset(tab->widths, 0, sizeof(tab->widths));
}

void tab_columns_changed(struct tab *tab)
{
	tab_widths_reset(tab);
	tab->first = 0;
	if (place_of_sort(tab) == tab->columns.n && tab->columns.n) {
		tab->list->sort = tab->columns.columns[0];
		list_resort(tab->list);
	}
}

void tab_sort_by(struct tab *tab, int steps)
{
	size_t n = tab->columns.n;

	if (!n)
		return;
	tab->list->sort =
		tab->columns.columns[(place_of_sort(tab) + n + (size_t)(steps + (int)n)) % n];
	list_resort(tab->list);
}

void tab_sort_invert(struct tab *tab)
{
	tab->list->descending = !tab->list->descending;
	list_resort(tab->list);
}

void tab_scroll(struct tab *tab, int steps)
{
	if (steps < 0 && tab->first)
		tab->first--;
	else if (steps > 0 && tab->first + 1 < tab->columns.n)
		tab->first++;
}
