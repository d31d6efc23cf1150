/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal as it was, also where nobody gets to call terminal_close(): at exit(), and
 * when a signal ends the process that curses does not know of.
 */
#ifndef PORTTRACE_TUI_RESTORE_H
#define PORTTRACE_TUI_RESTORE_H

#include <stdbool.h>

/* Before curses changes anything. */
void restore_save(void);
/* Curses has the terminal, and can say how it is given back. */
void restore_arm(void);
/* Whether a cursor can be moved there: curses tries with what cannot, too. */
bool restore_can_move(void);
/* It has it no more. */
void restore_disarm(void);

#endif
