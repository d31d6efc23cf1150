/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the ports that a policy requires a stream looks after: those its filter cannot hide. */
#ifndef PORTTRACE_CMD_REQUIRED_H
#define PORTTRACE_CMD_REQUIRED_H

#include "alert/missing.h"
#include "cmd/stream_options.h"

/* Says how many are not looked after. NULL: no memory. */
struct missing *required_missing(const struct policy *policy, const struct stream_options *options);

#endif
