/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rules may match at all, without a look at the others: by protocol, port
 * and what the rule asks of the executable, the unit or the user. An index says
 * maybe, rule_matches() says whether.
 */
#ifndef PORTTRACE_POLICY_INDEX_H
#define PORTTRACE_POLICY_INDEX_H

#include "policy/internal.h"

struct index;

/* NULL: no memory. */
struct index *index_new(const struct policy *policy);
void index_free(struct index *index);

/* Rules by their numbers, ascending; a part of a bucket. */
struct run {
	const uint32_t *at;
	const uint32_t *end;
};

/* Whole texts and their beginnings and ends up to this length are looked up. */
#define INDEX_PART_MAX 255
/* The longest prefix of a network. */
#define INDEX_BITS_MAX 128
/* For a port and for all ports: one of each kind, of each length of beginnings, ends and prefixes. */
#define CANDIDATE_RUNS (2 * (11 + 2 * (INDEX_PART_MAX + 1) + INDEX_BITS_MAX + 1))

/* The rules that may match a subject, in order. */
struct candidates {
	size_t n;
	struct run runs[CANDIDATE_RUNS];
};

void candidates_find(const struct index *index, const struct view *view, struct candidates *out);
/* The next one's number; false: there is none. */
bool candidates_next(struct candidates *candidates, uint32_t *rule);

/* The rules that name the number of the subject's port: all that nearest_consider() may take. */
void candidates_naming(const struct index *index, const struct view *view, struct nearest *nearest);

#endif
