/* SPDX-License-Identifier: GPL-2.0-only */
/* An event before a policy: gathers what its keys ask for, and gives the verdict. */
#ifndef PORTTRACE_ALERT_JUDGE_H
#define PORTTRACE_ALERT_JUDGE_H

#include "enrich/enrich.h"
#include "policy/policy.h"

struct judge;

/*
 * Owns the policy from now on; enrich is borrowed. policy NULL: none, to gather every
 * fact for subjects, and to judge nothing. NULL: no memory, the policy is freed.
 */
struct judge *judge_new(struct policy *policy, struct enrich *enrich);
void judge_free(struct judge *judge);
/* Another policy, which it owns: for events from now on. The one before is the caller's again. */
struct policy *judge_swap(struct judge *judge, struct policy *policy);
const struct policy *judge_policy(const struct judge *judge);

/*
 * The verdict of an enriched event about a port (existing, open, change, close,
 * recovered). False: nothing to judge, such as a loss or a connection. Judged is
 * the event's actor: who opened the port, or its longest-running holder where
 * that is not known.
 */
bool judge_event(struct judge *judge, const struct event *event, struct judgement *out);

/* What judge_event() would judge by, of one process (NULL: of none); until the next call. */
const struct policy_subject *judge_subject(struct judge *judge, const struct event *event,
					   struct process *process);
/* The process that judge_event() would judge; NULL: none is known. */
struct process *judge_process(const struct event *event);
/* By what it judged last. */
const struct policy_subject *judge_last(const struct judge *judge);

#endif
