/* SPDX-License-Identifier: GPL-2.0-only */
/* A process whose name and arguments are meant to break what prints them. */
#ifndef LIVE_HOSTILE_H
#define LIVE_HOSTILE_H

#include "process.h"

/* How its comm is printed. */
#define HOSTILE_SHOWN "x\\x0a\\x1b[2J\\u{202e}\\xff"

/* It listens at that port of 127.0.0.1 until it is killed. */
struct child hostile_start(const char *port);

#endif
