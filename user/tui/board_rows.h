/* SPDX-License-Identifier: GPL-2.0-only */
/* Of board.c: its rows of ports. What others ask of them is in board.h. */
#ifndef PORTTRACE_TUI_BOARD_ROWS_H
#define PORTTRACE_TUI_BOARD_ROWS_H

#include "tui/board.h"

/* Takes an event that has a socket, and is of a port. 0 or -ENOMEM. */
int rows_event(struct board *board, const struct event *event, uint64_t now_ns);
/* Whether a port is closed by it: all of its sockets are. */
bool event_closes(const struct event *event);
void rows_free(struct board *board);

#endif
