/* SPDX-License-Identifier: GPL-2.0-only */
/* The members of an event's object that say who it was. */
#ifndef PORTTRACE_OUTPUT_JSON_PROCESS_H
#define PORTTRACE_OUTPUT_JSON_PROCESS_H

#include "base/json.h"
#include "enrich/enrich.h"
#include "model/event.h"

/* "process" and "cgroup"; nothing where the process is not known. */
void json_put_process(struct json *j, struct enrich *enrich, const struct actor *actor);
/* "holders", where they are known. */
void json_put_holders(struct json *j, struct enrich *enrich, const struct event *e);

#endif
