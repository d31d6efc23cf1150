/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes to a descriptor that may be slower than we are. Nothing here blocks:
 * what the reader does not take yet waits, and the caller stops producing.
 */
#ifndef PORTTRACE_BASE_OUT_H
#define PORTTRACE_BASE_OUT_H

#include "base/buf.h"

struct out {
	int fd;         /* to write to, and to wait for */
	bool owned;     /* fd is ours: not blocking, and closed by out_free() */
	bool ask;       /* fd may block: poll it before each write */
	struct buf buf; /* formatted and not yet written */
	int err;        /* -errno of the first failure, -EPIPE for a reader that left */
};

/* Writes will go to what fd refers to; fd stays the caller's. */
void out_open(struct out *out, int fd);
/*
 * Writes what the reader takes at once. Returns 0 when all is written, 1 when
 * some waits for the descriptor to become writable, or -errno (out->err too).
 */
int out_flush(struct out *out);
/* The same, and waits until the reader has taken it all, however slow it is. 0 or -errno. */
int out_drain(struct out *out);
void out_free(struct out *out);

#endif
