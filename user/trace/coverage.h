/* SPDX-License-Identifier: GPL-2.0-only */
/* Which events this kernel gives, by which hooks, and why not by better ones: what doctor prints. */
#ifndef PORTTRACE_TRACE_COVERAGE_H
#define PORTTRACE_TRACE_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>

enum capability {
	CAPABILITY_TCP_OPEN,
	CAPABILITY_TCP_CLOSE,
	CAPABILITY_TCP_SHUT, /* shutdown, ss -K: of listeners older than the trace, too */
	CAPABILITY_UDP_OPEN,
	CAPABILITY_UDP_CLOSE,
	CAPABILITY_CHANGE,
	CAPABILITY_SCTP,
	CAPABILITY_CONNECTIONS, /* TCP: connect, accept, end, state, and how a connect failed later */
	CAPABILITY_OLD_END,     /* the end of a connection older than the trace */
	CAPABILITY_ACCEPTOR,    /* who accepted it, not who listens */
	CAPABILITY_UDP_CONNECT,
	CAPABILITY_UDP_END,
	CAPABILITY_BIND,
	CAPABILITY_AUTOBIND,
	CAPABILITY_FAIL, /* calls that fail at once */
	CAPABILITY_DESCENDANTS,
	CAPABILITIES
};

#define ATTEMPTS_MAX 10
#define COVERAGE_TEXT 256
#define COVERAGE_WHY ((size_t)COVERAGE_TEXT * 2)

struct attempt {
	const char *backend; /* static */
	const char *hooks;   /* static: which programs, in words */
	bool holds;
	char why[COVERAGE_TEXT]; /* it does not hold; empty: a better one did */
};

struct capability_state {
	const char *event; /* static: "open tcp" */
	bool wanted;
	const char *note; /* static: what the rung in use does not see; NULL: nothing known */
	struct attempt attempts[ATTEMPTS_MAX];
	size_t n_attempts;
};

struct coverage {
	struct capability_state states[CAPABILITIES];
	char cgroup[COVERAGE_TEXT]; /* where the cgroup programs sit, in words */
	bool cgroup_partial;        /* not the whole host: a cgroup namespace */
	char why[COVERAGE_WHY];     /* tracing is not possible at all: a sentence with the mend */
};

/* The rung in use, or NULL. */
const struct attempt *coverage_holds(const struct capability_state *state);

#endif
