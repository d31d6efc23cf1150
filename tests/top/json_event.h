/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of "porttrace -j" back into events, as the session would tell them. */
#ifndef TOP_JSON_EVENT_H
#define TOP_JSON_EVENT_H

#include "model/event.h"
#include "model/procs.h"

/*
 * Calls tell(event, arg) for each line of the file; what an event points to is valid during
 * the call. Its time is the wall clock's. Exits, and says where, if a line is no event.
 */
void json_events(const char *path, struct procs *procs,
		 void (*tell)(const struct event *event, void *arg), void *arg);

#endif
