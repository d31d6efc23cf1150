// SPDX-License-Identifier: GPL-2.0-only
/* The lines around the table. */
#include "tui/internal.h"

#include "tui/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t body_height(const struct tui *tui)
{
	if (tui->terminal.height < HEIGHT_MIN || tui->terminal.width < WIDTH_MIN)
		return 0;
	return (size_t)tui->terminal.height - LINES_ABOVE - LINES_BELOW;
}

void draw_line(const struct tui *tui, int y, const char *text, size_t n, unsigned int style)
{
	terminal_put(&tui->terminal, y, 0, tui->terminal.width, text, n, style);
}

/* Returns the column behind it. */
static int put_word(const struct tui *tui, int y, int x, const char *text, size_t n,
		    unsigned int style)
{
	int width = (int)text_width(text, n);

	terminal_put(&tui->terminal, y, x, width, text, n, style);
	return x + width;
}

/* --- tabs ------------------------------------------------------------------------------------ */

static size_t count_of(const struct tui *tui, int tab)
{
	return tab == TUI_PORTS ? tui->board.n_open : tui->tabs[tab].list->n_all;
}

/* "+2 -1 !3": by the marks of the rows. */
static void draw_counts(const struct tui *tui, int x)
{
	char text[64] = "";
	int len = 0;

	if (tui->board.n_new)
		len += snprintf(text + len, sizeof(text) - (size_t)len, " +%zu", tui->board.n_new);
	if (tui->board.n_closed)
		len += snprintf(text + len, sizeof(text) - (size_t)len, " -%zu",
				tui->board.n_closed);
	if (tui->board.n_unexpected)
		len += snprintf(text + len, sizeof(text) - (size_t)len, " !%zu",
				tui->board.n_unexpected);
	if (tui->terminal.width - len > x)
		x = tui->terminal.width - len;
	put_word(tui, 0, x, text, (size_t)len, tui->board.n_unexpected ? STYLE_BAD : STYLE_PLAIN);
}

/* Alerts that nobody has looked at stand out. */
static unsigned int tab_style(const struct tui *tui, int i)
{
	const struct tab *tab = &tui->tabs[i];

	if (i == (int)tui->tab)
		return STYLE_BAR_ON;
	return i == TUI_ALERTS && tab->list->last_id != tab->seen_id ? STYLE_UNEXPECTED :
								       STYLE_PLAIN;
}

static void draw_tabs(struct tui *tui)
{
	char text[64];
	int x = 0;

	for (int i = 0; i < TUI_TABS; i++) {
		int len = snprintf(text, sizeof(text), " %d %s ", i + 1, tui->tabs[i].name);

		if (count_of(tui, i))
			len += snprintf(text + len, sizeof(text) - (size_t)len, "%zu ",
					count_of(tui, i));
		x = put_word(tui, 0, x, text, (size_t)len, tab_style(tui, i));
		tui->tab_ends[i] = x;
	}
	current_tab(tui)->seen_id = current_tab(tui)->list->last_id;
	draw_counts(tui, x);
}

/* --- facts ------------------------------------------------------------------------------------ */

struct line {
	const struct tui *tui;
	int y;
	int x;
};

static void put_fact(struct line *line, const char *text, size_t n, unsigned int style)
{
	const char *between = line->tui->terminal.ascii ? " | " : " · ";
	int width = line->tui->terminal.width;
	struct buf fitted = { 0 };

	if (!n || line->x >= width)
		return;
	if (line->x)
		line->x = put_word(line->tui, line->y, line->x, between, strlen(between),
				   STYLE_FAINT);
	text_fit(&fitted, text, n, (size_t)(line->x < width ? width - line->x : 0), false,
		 line->tui->terminal.ascii);
	line->x = put_word(line->tui, line->y, line->x, fitted.data, fitted.len, style);
	buf_free(&fitted);
}

static void put_filter(struct line *line)
{
	const struct tui *tui = line->tui;
	const struct list *list = tui->tabs[tui->tab].list;
	struct buf text = { 0 };
	char numbers[64];

	if (!tui->filter)
		return;
	buf_puts(&text, "filter: ");
	text_fit(&text, tui->filter_line.text, tui->filter_line.len,
		 (size_t)tui->terminal.width / 2, false, tui->terminal.ascii);
	snprintf(numbers, sizeof(numbers), " (%zu of %zu)", list->n, list->n_all);
	buf_puts(&text, numbers);
	text_tame(&text, 0, tui->terminal.ascii);
	put_fact(line, text.data, text.len, STYLE_KEY);
	buf_free(&text);
}

static void put_left_out(struct line *line)
{
	uint64_t n = line->tui->board.conns.left_out;
	char text[64];

	if (!n || line->tui->tab != TUI_CONNECTIONS)
		return;
	put_fact(line, text,
		 (size_t)snprintf(text, sizeof(text), "%" PRIu64 " connections not counted", n),
		 STYLE_BAD);
}

static void draw_facts(const struct tui *tui)
{
	struct line line = { tui, tui->terminal.height - 2, 0 };

	if (tui->why.len) {
		put_fact(&line, tui->why.data, tui->why.len, STYLE_BAD);
		return;
	}
	put_filter(&line);
	put_left_out(&line);
	put_fact(&line, tui->losses.data, tui->losses.len, tui->lost ? STYLE_BAD : STYLE_PLAIN);
	put_fact(&line, tui->hooks.data, tui->hooks.len, STYLE_PLAIN);
	put_fact(&line, tui->canary.data, tui->canary.len, tui->blind ? STYLE_BAD : STYLE_PLAIN);
}

/* --- keys ------------------------------------------------------------------------------------ */

struct hint {
	const char *key;
	const char *does;
};

static void draw_hints(const struct tui *tui, const struct hint *hints)
{
	int y = tui->terminal.height - 1, x = 0;

	for (; hints->key; hints++) {
		x = put_word(tui, y, x, hints->key, strlen(hints->key), STYLE_KEY);
		x = put_word(tui, y, x, hints->does, strlen(hints->does), STYLE_BAR);
		x = put_word(tui, y, x, " ", 1, STYLE_PLAIN);
	}
}

static const struct hint table_hints[] = { { "F1", "Help" },   { "F2", "Columns" },
					   { "F4", "Filter" }, { "F6", "Sort" },
					   { "Tab", "Next" },  { "Enter", "Details" },
					   { "x", "Close" },   { "k", "Kill" },
					   { "q", "Quit" },    { NULL, NULL } };
static const struct hint pane_hints[] = { { "Arrows", "Scroll" },
					  { "Esc", "Back" },
					  { NULL, NULL } };
static const struct hint question_hints[] = {
	{ "y", "Yes" }, { "n", "No" }, { "Arrows", "Scroll" }, { "Esc", "Back" }, { NULL, NULL }
};
static const struct hint sort_hints[] = { { "Enter", "Sort" }, { "Esc", "Back" }, { NULL, NULL } };
static const struct hint column_hints[] = {
	{ "Space", "Show, hide" }, { "[", "Up" }, { "]", "Down" }, { "Esc", "Back" }, { NULL, NULL }
};

/* Returns where the cursor belongs; -1: nowhere. */
static int draw_prompt(const struct tui *tui)
{
	static const char name[] = "Filter: ";
	int y = tui->terminal.height - 1, room = tui->terminal.width - (int)strlen(name) - 1;
	const char *text = tui->prompt.text;
	size_t from = 0;

	/* What is before the cursor and has no room is left out, from the left. */
	while (text_width(text + from, tui->prompt.cursor - from) > (size_t)room)
		from++;
	put_word(tui, y, 0, name, strlen(name), STYLE_KEY);
	put_word(tui, y, (int)strlen(name), text + from, tui->prompt.len - from, STYLE_PLAIN);
	return (int)strlen(name) + (int)text_width(text + from, tui->prompt.cursor - from);
}

static int draw_bottom(const struct tui *tui)
{
	struct line line = { tui, tui->terminal.height - 1, 0 };

	if (tui->prompting)
		return draw_prompt(tui);
	if (tui->message.len)
		put_fact(&line, tui->message.data, tui->message.len, STYLE_KEY);
	else if (tui->pane.open)
		draw_hints(tui, tui->pane.question.len ? question_hints : pane_hints);
	else if (tui->menu.open)
		draw_hints(tui, tui->menu.sorts ? sort_hints : column_hints);
	else
		draw_hints(tui, table_hints);
	return -1;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void draw_too_small(const struct tui *tui)
{
	char text[128];
	int len = snprintf(text, sizeof(text), "%dx%d is too small: %dx%d, please",
			   tui->terminal.width, tui->terminal.height, WIDTH_MIN, HEIGHT_MIN);

	draw_line(tui, 0, text, (size_t)len, STYLE_BAD);
}

void draw_screen(struct tui *tui)
{
	int cursor = -1;

	terminal_begin();
	if (!body_height(tui)) {
		draw_too_small(tui);
	} else {
		/* Also where it is covered: the facts count what passes the filter. */
		list_refresh(current_tab(tui)->list, body_height(tui));
		draw_tabs(tui);
		if (tui->pane.open)
			draw_pane(tui);
		else if (tui->menu.open)
			draw_menu(tui);
		else
			draw_table(tui);
		draw_facts(tui);
		cursor = draw_bottom(tui);
	}
	terminal_end(tui->terminal.height - 1, cursor);
}
