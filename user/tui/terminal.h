/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal, by curses: taken, given back whatever happens, and written to in styles. */
#ifndef PORTTRACE_TUI_TERMINAL_H
#define PORTTRACE_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Without colours each is told from the plain one by bold, underlined or reverse. */
enum style {
	STYLE_PLAIN,
	STYLE_NEW,
	STYLE_CLOSED, /* struck through as well, where the terminal can */
	STYLE_UNEXPECTED,
	STYLE_CRIT,
	STYLE_BAR,    /* headings, lines around the table */
	STYLE_BAR_ON, /* what is chosen of them */
	STYLE_KEY,    /* a key's name */
	STYLE_BAD,    /* a mistake, a loss */
	STYLE_FAINT,
	STYLES
};

#define STYLE_SELECTED 0x100U /* may be added to each */

/* Keys that are no character; those are their code point. */
enum {
	KEY_IS_NONE = -1,
	KEY_IS_ENTER = 0x110000,
	KEY_IS_ESCAPE,
	KEY_IS_TAB,
	KEY_IS_BACK_TAB,
	KEY_IS_UP,
	KEY_IS_DOWN,
	KEY_IS_LEFT,
	KEY_IS_RIGHT,
	KEY_IS_PAGE_UP,
	KEY_IS_PAGE_DOWN,
	KEY_IS_HOME,
	KEY_IS_END,
	KEY_IS_BACKSPACE,
	KEY_IS_DELETE,
	KEY_IS_WHEEL_UP,
	KEY_IS_WHEEL_DOWN,
	KEY_IS_CLICK, /* terminal.click_x, click_y */
	KEY_IS_UNKNOWN,
	KEY_IS_F0,
	KEY_IS_F12 = KEY_IS_F0 + 12,
};

struct terminal {
	void *screen; /* curses' */
	bool color;
	bool ascii;  /* the locale has no UTF-8 */
	bool struck; /* characters may be combined with a stroke */
	int height;
	int width;
	int click_x;
	int click_y;
};

/* As tui_open(). */
int terminal_open(struct terminal *terminal, bool color, bool mouse);
void terminal_close(struct terminal *terminal);
/* As it was, until it is drawn on again. */
void terminal_leave(void);
/* It has another size: it is asked for, and all is drawn anew. */
void terminal_resize(struct terminal *terminal);
/* The next key that waits; KEY_IS_NONE: none. */
int terminal_key(struct terminal *terminal);

/* Everything is written anew, between these two. */
void terminal_begin(void);
/* The cursor is shown at x, y; x < 0: it is hidden. */
void terminal_end(int y, int x);
/* A field of width cells: text, cut, and blanks behind it. */
void terminal_put(const struct terminal *terminal, int y, int x, int width, const char *text,
		  size_t n, unsigned int style);
/* The whole screen is written again, whatever curses thinks is on it. */
void terminal_redraw(void);

#endif
