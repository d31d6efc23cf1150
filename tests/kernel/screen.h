/* SPDX-License-Identifier: GPL-2.0-only */
/* A terminal that can be read, by tmux, with porttrace top in it or a shell. */
#ifndef LIVE_SCREEN_H
#define LIVE_SCREEN_H

#include <stdbool.h>
#include <sys/types.h>

#define SCREEN_WIDTH "100"
#define SCREEN_HEIGHT "30"

/* `porttrace top WORD…` (ended by NULL), of the test's namespace; it shows what is open. Skips without tmux. */
void screen_top(const char *word, ...);
/* Any program, by its words. */
void screen_run(const char *const *words);
/* That program, or its shell. */
pid_t screen_pid(void);

/* A key as tmux calls it: "Enter", "C-z", "x". */
void screen_key(const char *key);
/* The characters as they are. */
void screen_type(const char *text);
void screen_resize(const char *width, const char *height);

/* What is on it now, without blanks at the ends of lines. Until the next call. */
const char *screen_text(void);
/* The line that has the text in it; "": none has. */
const char *screen_line(const char *text);
/* Whether the program draws on a screen of its own, as top does, and not on the shell's. */
bool screen_is_alternate(void);
/* Waits until it is there, or gone. */
void screen_await(const char *text);
void screen_await_gone(const char *text);

#endif
