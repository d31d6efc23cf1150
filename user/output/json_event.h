/* SPDX-License-Identifier: GPL-2.0-only */
/* The members of an event's JSON object, for objects that have more of them. */
#ifndef PORTTRACE_OUTPUT_JSON_EVENT_H
#define PORTTRACE_OUTPUT_JSON_EVENT_H

#include "base/json.h"
#include "enrich/enrich.h"

void json_put_event(struct json *j, struct enrich *enrich, const struct event *e);
/* What a policy says of it: a part of json_put_event(). */
void json_put_verdict(struct json *j, const struct event *e);
/* An object of address and port. */
void json_put_end(struct json *j, const char *key, const struct endpoint *end);
/* Nothing where the time is not known. */
void json_put_time(struct json *j, const char *key, uint64_t boot_ns);

#endif
