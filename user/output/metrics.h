/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers for Prometheus, as a text that node_exporter's textfile collector takes.
 * Each series is there from the beginning, with 0, so that a rate of it can be had.
 */
#ifndef PORTTRACE_OUTPUT_METRICS_H
#define PORTTRACE_OUTPUT_METRICS_H

#include "base/buf.h"
#include "model/event.h"
#include "model/verdict.h"
#include "output/journal.h"

/* Of a port that is open: enum verdict_kind, or that nobody judged it. */
#define METRICS_UNJUDGED (VERDICT_UNEXPECTED + 1)
#define METRICS_VERDICTS (METRICS_UNJUDGED + 1)

struct metrics_hook {
	const char *event;   /* "open tcp" */
	const char *backend; /* NULL: it cannot be seen here */
};

#define METRICS_HOOKS_MAX 32

struct metrics {
	const char *version;
	uint64_t ports[SCOPES][METRICS_VERDICTS];
	uint64_t events[EVENT_KINDS];
	uint64_t alerts[SEVERITIES];
	uint64_t lost_ring[RECORD_KINDS]; /* the ring was full */
	uint64_t lost_table[RECORD_KINDS];
	uint64_t lost_damaged;
	uint64_t skipped_ports; /* runs of hooks */
	uint64_t skipped_conns;
	uint64_t skipped_forks;
	bool canary_seen; /* a round of it, ever */
	bool blind;
	uint64_t canary_ns;
	uint64_t canary_rounds;
	uint64_t canary_missed;
	bool policy;
	uint64_t policy_rules;
	uint64_t policy_refused; /* times it was to be read again, and was not taken */
	bool journal;            /* it is one of the outputs */
	struct journal_counts journaled;
	struct metrics_hook hooks[METRICS_HOOKS_MAX];
	size_t n_hooks;
};

void metrics_put(const struct metrics *metrics, struct buf *out);

#endif
