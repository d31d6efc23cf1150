/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hook of an alert is given: the event, in its environment and as JSON. */
#ifndef PORTTRACE_CMD_ALERT_HOOK_H
#define PORTTRACE_CMD_ALERT_HOOK_H

#include "enrich/enrich.h"
#include "model/event.h"
#include "model/verdict.h"
#include "service/hooks.h"

struct alert_hook {
	struct hooks hooks;
	struct buf env, input; /* of the one at hand */
};

/* As hooks_open(); what cannot be it has said. */
void alert_hook_open(struct alert_hook *hook);
/* Has the hook of the event's verdict run, if it has one. */
void alert_hook_run(struct alert_hook *hook, const struct event *event, struct enrich *enrich);
void alert_hook_close(struct alert_hook *hook);

#endif
