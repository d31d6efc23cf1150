/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stream says of the kernel side on stderr: what it will not see, and its counters. */
#ifndef PORTTRACE_CMD_STREAM_SAY_H
#define PORTTRACE_CMD_STREAM_SAY_H

#include "cmd/stream.h"

/*
 * Each on a line of its own: what was asked for and cannot be seen here. An exit status, which
 * is no failure unless --strict is given.
 */
int stream_say_coverage(struct stream *stream, const struct coverage *coverage);
/* --stats */
void stream_say_stats(const struct stream *stream);

#endif
