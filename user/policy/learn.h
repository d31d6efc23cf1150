/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy from what was seen open: subjects in, text out. It has no clock and
 * looks at nothing: the same subjects give the same text, in whatever order they
 * come.
 */
#ifndef PORTTRACE_POLICY_LEARN_H
#define PORTTRACE_POLICY_LEARN_H

#include "policy/policy.h"

struct learn;

/* Different ports of different programs that are kept; what comes beyond is counted. */
#define LEARN_MAX 65536

/* A port that somebody has open, or opened. */
struct learn_seen {
	const struct policy_subject *subject;
	uint64_t time_s; /* since 1970, UTC */
	bool nobody;     /* no process has it */
	bool writable;   /* everybody may replace the executable, or a folder on the way to it */
};

/*
 * known (borrowed, may be NULL): what it lets through is not new; what it alerts
 * about, but by default, is for somebody to look at. NULL: no memory.
 */
struct learn *learn_new(const struct policy *known);
void learn_free(struct learn *learn);

/* 0; -ENOSPC: there are too many; -ENOMEM. */
int learn_see(struct learn *learn, const struct learn_seen *seen);

struct learn_counts {
	size_t rules;   /* that let something through */
	size_t reviews; /* commented out, under REVIEW */
	size_t dropped; /* ports beyond LEARN_MAX */
};

/* The whole policy. by: who wrote it, "porttrace 1.0". Check out->failed. */
void learn_put(const struct learn *learn, const char *by, struct buf *out,
	       struct learn_counts *counts);

/*
 * What is new, to be appended to text: a policy, of which nothing is changed. Of
 * REVIEW what stands there in the same words is not new. Nothing is put where
 * nothing is new.
 */
void learn_put_new(const struct learn *learn, const char *by, const char *text, size_t len,
		   struct buf *out, struct learn_counts *counts);

#endif
