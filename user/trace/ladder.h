/* SPDX-License-Identifier: GPL-2.0-only */
/* Which programs give which event, best first. A new backend is a row. */
#ifndef PORTTRACE_TRACE_LADDER_H
#define PORTTRACE_TRACE_LADDER_H

#include "trace/coverage.h"

#include <stdint.h>

/* The programs of bpf/hook_*.bpf.c, as bits. */
enum program {
	PROGRAM_SOCKOPS,
	PROGRAM_POST_BIND4,
	PROGRAM_POST_BIND6,
	PROGRAM_SOCK_RELEASE,
	PROGRAM_TP_STATE,
	PROGRAM_SYS_LISTEN,
	PROGRAM_SYS_BIND,
	PROGRAM_LISTEN_START,
	PROGRAM_LISTEN_STOP,
	PROGRAM_UDP_DESTROY4,
	PROGRAM_UDP_DESTROY6,
	PROGRAM_FLAG_OLD, /* no hook: the snapshot, which can flag what is older than the trace */
	PROGRAMS
};

struct program_row {
	const char *name; /* in the object */
	enum { BY_SECTION, BY_FENTRY, BY_CGROUP_ROOT, BY_SNAPSHOT } attach;
};

extern const struct program_row ladder_programs[PROGRAMS];

struct ladder {
	struct coverage *coverage;
	uint32_t failed; /* programs that do not load or attach here */
};

/* Fills the coverage with every rung, none tried yet. */
void ladder_init(struct ladder *ladder, struct coverage *coverage, bool want_change,
		 const char *only_backend);
/* The programs of the best rungs that have not failed. */
uint32_t ladder_plan(const struct ladder *ladder);
/* This program does not work here, and why: every rung with it falls. */
void ladder_fail(struct ladder *ladder, enum program program, const char *why);
/* Whether the best rung of a capability uses this program. */
bool ladder_uses(const struct ladder *ladder, enum capability capability, enum program program);
/* The plan stands: marks the rungs that hold. */
void ladder_done(struct ladder *ladder);

#endif
