/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tracer started with --stats says of itself at its end. */
#ifndef LIVE_STATS_H
#define LIVE_STATS_H

#include "tracer.h"

struct stats {
	long long produced;
	long long delivered;
	long long lost;
};

/* Ends the tracer, which must have been started with --stats. */
void stats_end(struct tracer *tracer);

/* After that: of "connect", "open" and so on. */
struct stats stats_of(const struct tracer *tracer, const char *kind);

#endif
