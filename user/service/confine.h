/* SPDX-License-Identifier: GPL-2.0-only */
/* A command that has started gives up what it needs no more. */
#ifndef PORTTRACE_SERVICE_CONFINE_H
#define PORTTRACE_SERVICE_CONFINE_H

#include <stddef.h>

struct buf;
struct json;

/*
 * Behind stream_start(), and all that is opened once. What cannot be given up it says. The
 * C library may load modules for names later: that is among what is allowed.
 */
void confine(void);

/* strerror(err) of a file that cannot be written: root wonders why, and what would help. */
const char *confined_error(int err);

/* What would be kept of what this process has, for doctor: lines, and a member. */
void confine_put_text(struct buf *out, size_t name_width);
void confine_put(struct json *json);

#endif
