/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room share. */
#ifndef PORTTRACE_TUI_INTERNAL_H
#define PORTTRACE_TUI_INTERNAL_H

#include "tui/board.h"
#include "tui/menu.h"
#include "tui/pane.h"
#include "tui/prompt.h"
#include "tui/tab.h"
#include "tui/terminal.h"
#include "tui/tui.h"

/* Lines that are no rows: tabs and headings above, facts and keys below. */
#define LINES_ABOVE 2
#define LINES_BELOW 2
#define MARKS_WIDTH 3 /* in front of each row */

#define WIDTH_MIN 40
#define HEIGHT_MIN 8

/* Changes that nobody made by a key are drawn at most this often. */
#define DRAW_EVERY_NS 66000000ULL

struct tui {
	struct tui_setup setup;
	struct terminal terminal;
	struct board board;
	struct tab tabs[TUI_TABS];
	enum tui_tab tab;
	struct grid grid;
	struct pane pane;
	struct menu menu;
	struct prompt prompt;
	bool prompting;
	struct buf why;              /* of a filter's mistake; empty: there is none */
	const struct filter *filter; /* NULL: all is shown */
	struct prompt filter_line;   /* that it was made of */
	struct buf message;          /* empty: none; as all here, escaped */
	struct buf hooks;
	struct buf losses;
	struct buf canary;
	bool lost;
	bool blind;
	int tab_ends[TUI_TABS]; /* on the screen: the column behind each name */
	bool changed;           /* something that is shown */
	bool urgent;            /* somebody waits for it */
	uint64_t drawn_ns;
};

static inline struct tab *current_tab(struct tui *tui)
{
	return &tui->tabs[tui->tab];
}

/* Lines there are for rows; 0: the terminal is too small for anything. */
size_t body_height(const struct tui *tui);
/* Lines of the pane's text. */
size_t pane_height(const struct tui *tui);

/* All of the screen. */
void draw_screen(struct tui *tui);
/* The rows between headings and facts, of the tab that is shown. */
void draw_table(struct tui *tui);
/* A line of the screen, text escaped. */
void draw_line(const struct tui *tui, int y, const char *text, size_t n, unsigned int style);
/* What covers the table. */
void draw_pane(struct tui *tui);
void draw_menu(const struct tui *tui);

/* A key goes where it belongs. */
void take_key(struct tui *tui, int key, struct tui_intent *intent);
/* One for the table itself; what it is about is what was drawn last. */
void take_table_key(struct tui *tui, int key, struct tui_intent *intent);
void take_prompt_key(struct tui *tui, int key);
/* A click at terminal.click_x, click_y. */
void take_click(struct tui *tui, struct tui_intent *intent);
void enter_tab(struct tui *tui, enum tui_tab tab, struct tui_intent *intent);
/* Opens the pane that says which keys there are. */
void open_help(struct tui *tui);

#endif
