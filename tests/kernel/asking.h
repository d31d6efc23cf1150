/* SPDX-License-Identifier: GPL-2.0-only */
/* who PORT in the test's own namespace, and whom it is asked about. */
#ifndef LIVE_ASKING_H
#define LIVE_ASKING_H

#include "event.h"
#include "outcome.h"

/* The exit status, which is 0 or 1: nobody has it. */
int ask_who(struct outcome *outcome, const char *port, bool json);

/* By -j: the only line there is. */
struct event ask_one(struct outcome *outcome, const char *port);

#endif
