/* SPDX-License-Identifier: GPL-2.0-only */
/* "wait" where nothing can be traced: it looks again and again. */
#ifndef PORTTRACE_CMD_LOOKING_H
#define PORTTRACE_CMD_LOOKING_H

#include "cmd/port_arg.h"
#include "cmd/stream.h"

/*
 * Until the port is open, or closed; what is found is printed to the stream, which
 * has no session. Sets stream->done when that is so: else the time is over, or a
 * signal came. STATUS_OK, or an exit status after saying what is wrong.
 */
int look_until(struct stream *stream, const struct port_arg *port, bool closed);

#endif
