/* SPDX-License-Identifier: GPL-2.0-only */
/* A command that has started gives up what it needs no more. */
#ifndef PORTTRACE_CMD_CONFINE_H
#define PORTTRACE_CMD_CONFINE_H

#include "base/json.h"
#include "cmd/stream.h"

/* Behind stream_start(), and all that is opened once. What cannot be given up it says. */
void confine(struct stream *stream);

/* What would be kept of what this process has, for doctor: lines, and a member. */
void confine_print(int name_width);
void confine_put(struct json *json);

#endif
