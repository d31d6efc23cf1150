/* SPDX-License-Identifier: GPL-2.0-only */
/* Over the descriptors of all processes: who holds what. */
#ifndef PORTTRACE_TRACE_WALK_H
#define PORTTRACE_TRACE_WALK_H

#include "trace/internal.h"

/* Gets records, whole ones. 0 or -errno, which ends the walk. */
typedef int (*records_fn)(const char *data, size_t size, void *arg);

/* Whether there is a processor for a second thread, and somebody waits for it. */
bool walk_may_be_two(const struct trace *trace);

/* take is called in this thread alone. 0 or -errno. */
int walk_holders(struct trace *trace, records_fn take, void *arg);

#endif
