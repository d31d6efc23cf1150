/* SPDX-License-Identifier: GPL-2.0-only */
/* Text over the table, that can be scrolled, and a question below it. */
#ifndef PORTTRACE_TUI_PANE_H
#define PORTTRACE_TUI_PANE_H

#include "base/buf.h"

struct pane {
	bool open;
	bool own;         /* of the screen itself: nobody hears when it is left */
	size_t heading;   /* cells: what is broken goes on behind them */
	struct buf title; /* escaped, as all here */
	struct buf text;
	struct buf laid; /* the same in lines of laid_width cells; 0: not yet */
	size_t laid_width;
	struct buf question; /* empty: none */
	size_t top;          /* line, as they are wrapped */
	bool at_end;         /* what comes is shown */
};

void pane_open(struct pane *pane, const char *title, size_t heading, bool own);
int pane_text(struct pane *pane, const char *text, size_t len);
void pane_ask(struct pane *pane, const char *question);
void pane_close(struct pane *pane);

/* Lines of width cells that its text takes. */
size_t pane_lines(struct pane *pane, size_t width);
/* The next such line from byte *at on, with its length; *at is behind it. False: there is none. */
bool pane_line(struct pane *pane, size_t width, size_t *at, const char **line, size_t *n);
/* Steps down from where it is, within what there is on height lines. */
void pane_scroll(struct pane *pane, long steps, size_t width, size_t height);

#endif
