/* SPDX-License-Identifier: GPL-2.0-only */
/* The ladder itself: a table. */
#ifndef PORTTRACE_TRACE_RUNGS_H
#define PORTTRACE_TRACE_RUNGS_H

#include "trace/coverage.h"
#include "trace/programs.h"

#include <stddef.h>

struct rung {
	enum capability capability;
	const char *backend;
	const char *hooks;
	uint64_t programs;
	const char *note; /* what it does not see; NULL: nothing is known */
};

/* By capability, best first. */
extern const struct rung rungs[];
extern const size_t rungs_n;

#endif
