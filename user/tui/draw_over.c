// SPDX-License-Identifier: GPL-2.0-only
/* What covers the table: a pane, a menu. */
#include "tui/internal.h"

#include "tui/text.h"

#include <stdio.h>
#include <string.h>

size_t pane_height(const struct tui *tui)
{
	size_t height = body_height(tui);

	return height ? height - !!tui->pane.question.len : 0;
}

static void put_tame(const struct tui *tui, int y, const char *text, size_t n, unsigned int style)
{
	struct buf tame = { 0 };

	buf_put(&tame, text, n);
	text_tame(&tame, 0, tui->terminal.ascii);
	draw_line(tui, y, tame.data, tame.len, style);
	buf_free(&tame);
}

static void draw_question(const struct tui *tui)
{
	int y = tui->terminal.height - LINES_BELOW - 1;
	struct buf line = { 0 };

	buf_put(&line, tui->pane.question.data, tui->pane.question.len);
	buf_puts(&line, " [y/N]");
	put_tame(tui, y, line.data, line.len, STYLE_KEY);
	buf_free(&line);
}

void draw_pane(struct tui *tui)
{
	size_t width = (size_t)tui->terminal.width, height = pane_height(tui), at = 0, n;
	size_t lines = pane_lines(&tui->pane, width), top = tui->pane.top;
	const char *line;

	if (tui->pane.at_end || top + height > lines)
		top = lines > height ? lines - height : 0;
	put_tame(tui, 1, tui->pane.title.data, tui->pane.title.len, STYLE_BAR);
	for (size_t i = 0; i < top + height && pane_line(&tui->pane, width, &at, &line, &n); i++)
		if (i >= top)
			put_tame(tui, LINES_ABOVE + (int)(i - top), line, n, STYLE_PLAIN);
	if (tui->pane.question.len)
		draw_question(tui);
}

void draw_menu(const struct tui *tui)
{
	const struct menu *menu = &tui->menu;
	const char *title = menu->sorts ? "Sort by" : "Columns, from left to right";
	size_t height = body_height(tui), top = menu->top;
	char text[160];

	/* The screen may be smaller than when a key was pressed. */
	if (menu->cursor >= top + height)
		top = menu->cursor - height + 1;

	draw_line(tui, 1, title, strlen(title), STYLE_BAR);
	for (size_t line = 0; line < height && top + line < menu->choices.n; line++) {
		size_t i = top + line;
		const struct column *column = menu->choices.columns[i];
		int len = snprintf(text, sizeof(text), "%s %-10s %s", menu->on[i] ? "[x]" : "[ ]",
				   column->name, column->help);

		draw_line(tui, LINES_ABOVE + (int)line, text, (size_t)len,
			  i == menu->cursor ? STYLE_SELECTED : STYLE_PLAIN);
	}
}
