/* SPDX-License-Identifier: GPL-2.0-only */
/* What a snapshot could not see, in words. */
#ifndef PORTTRACE_SESSION_GAPS_H
#define PORTTRACE_SESSION_GAPS_H

#include "trace/trace.h"

#include <stdbool.h>

/* Says which namespaces were not read, and why; false: all were. */
bool say_unread_netns(const struct snapshot_gaps *gaps);

/* What --pid means where the numbers that are told are none of our pid namespace. */
void say_foreign_pids(void);

#endif
