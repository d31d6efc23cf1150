/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of one process in /proc. */
#ifndef PORTTRACE_ENRICH_PROCDIR_H
#define PORTTRACE_ENRICH_PROCDIR_H

#include "base/buf.h"

/*
 * A descriptor of /proc/TGID, which the caller closes; -1: there is none. It
 * stays with this process: once it ends, reads fail, and never show another with
 * the same number.
 */
int procdir_open(uint32_t tgid);

/* Whether it is that process, and not another with its number: one comparison is enough. */
bool procdir_is(int dir, uint64_t start_ns);

/* Both: -1 as well if it is another process. */
int procdir_open_same(uint32_t tgid, uint64_t start_ns);

/* At most max bytes of a file of the process. Empty: not readable. */
void procdir_read(int dir, const char *name, struct buf *out, size_t max);

#endif
