/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports that a policy requires, and that nobody has open: told once the start is
 * over, and when the last one that satisfies a rule closed and has not come back
 * for a while, so that a restart is no alarm. What opens it again ends it.
 */
#ifndef PORTTRACE_ALERT_MISSING_H
#define PORTTRACE_ALERT_MISSING_H

#include "policy/policy.h"

#define MISSING_AFTER_NS 5000000000ULL

struct missing;

/* The policy is borrowed. NULL: no memory. */
struct missing *missing_new(const struct policy *policy);
void missing_free(struct missing *missing);

/* Nobody has to have this one open: it is not looked for. i as in policy_required(). */
void missing_spare(struct missing *missing, size_t i);
/* How many are looked for. */
size_t missing_wanted(const struct missing *missing);

/* A port is open, by what judge_last() says of it; it may be known already. */
void missing_opened(struct missing *missing, const struct endpoint *port,
		    const struct policy_subject *subject);
void missing_closed(struct missing *missing, const struct endpoint *port, uint64_t now_ns);

/*
 * What is open has been told: what lacks is due. before: what was looked for until now, or
 * NULL; what it has told already, and is required still, is not told again.
 */
void missing_start(struct missing *missing, const struct missing *before, uint64_t now_ns);
/* When missing_run() is due; UINT64_MAX: not before something happens. */
uint64_t missing_due(const struct missing *missing);
/* Tells what is missing at that time as EVENT_MISSING, with its verdict; each once. */
void missing_run(struct missing *missing, uint64_t now_ns,
		 void (*tell)(const struct event *event, void *arg), void *arg);

/* Such an event. verdict and why (of POLICY_WHY_MAX bytes) are filled, and live as long as it. */
struct event missing_event(const struct policy *policy, const struct policy_required *required,
			   struct verdict *verdict, char *why);

#endif
