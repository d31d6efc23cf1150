/* SPDX-License-Identifier: GPL-2.0-only */
/* What "wait" waits for: which events are the answer. */
#ifndef PORTTRACE_CMD_WAITED_H
#define PORTTRACE_CMD_WAITED_H

#include "model/event.h"

/* Ports that are to close. */
struct waited {
	struct endpoint *open; /* owned */
	size_t n;
	size_t cap;
};

/* Whether a port is meant, by all that is asked for. */
typedef bool (*meant_fn)(const struct event *event, void *arg);

/* Whether a port that is meant is open, as this event says. */
bool waited_opens(const struct event *event, meant_fn meant, void *arg);
/*
 * Whether one of the ports closed. Those count that are meant when they open, or
 * are found open; each until its last socket is gone, whoever closes it.
 */
bool waited_closes(struct waited *waited, const struct event *event, meant_fn meant, void *arg);
bool waited_has(const struct waited *waited, const struct endpoint *local);
void waited_free(struct waited *waited);
bool waited_any(const struct waited *waited);

#endif
