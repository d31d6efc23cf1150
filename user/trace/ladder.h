/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs give which event, best first. A new backend is a row. */
#ifndef PORTTRACE_TRACE_LADDER_H
#define PORTTRACE_TRACE_LADDER_H

#include "trace/coverage.h"
#include "trace/programs.h"

#include <stdint.h>

/* What decides which events are wanted. */
struct ladder_wants {
	uint32_t events; /* bits of enum record_kind */
	bool tcp;
	bool udp;
	bool sctp;
	bool descendants;    /* of processes that are filtered for */
	bool no_shut;        /* a listener that is shut down, and not closed, is of no interest */
	bool unskippable;    /* rungs of which the kernel skips no run come first */
	const char *backend; /* NULL, or the one to use */
};

struct ladder {
	struct coverage *coverage;
	uint64_t failed; /* programs that do not load or attach here */
	bool unskippable;
};

/* Fills the coverage with every rung, none tried yet. */
void ladder_init(struct ladder *ladder, struct coverage *coverage,
		 const struct ladder_wants *wants);
/* The programs of the best rungs that have not failed. */
uint64_t ladder_plan(const struct ladder *ladder);
/* This program does not work here, and why: every rung with it falls. */
void ladder_fail(struct ladder *ladder, enum program program, const char *why);
/* Whether the best rung of a capability uses this program. */
bool ladder_uses(const struct ladder *ladder, enum capability capability, enum program program);
/* The plan stands: marks the rungs that hold. */
void ladder_done(struct ladder *ladder);

#endif
