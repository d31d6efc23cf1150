/* SPDX-License-Identifier: GPL-2.0-only */
/* porttrace --state: runs that keep what they know in a folder of the test's own. */
#ifndef LIVE_KEEPER_H
#define LIVE_KEEPER_H

#include <stdbool.h>

#include "tracer.h"

/* With --state in folder_make(). keeper_start() waits until it streams: what it knows is written. */
struct tracer *keeper_launch(void);
struct tracer *keeper_start(void);
/* SIGKILL */
void keeper_kill(struct tracer *tracer);

/* Whether the event says that it happened while porttrace was down. */
void expect_while_down(const struct event *event, bool want);

#endif
