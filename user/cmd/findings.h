/* SPDX-License-Identifier: GPL-2.0-only */
/* What "check" found: ports that a policy does not allow, and those it requires and nobody has. */
#ifndef PORTTRACE_CMD_FINDINGS_H
#define PORTTRACE_CMD_FINDINGS_H

#include "model/event.h"
#include "model/filter.h"
#include "model/verdict.h"
#include "output/findings_text.h"

struct finding {
	struct event event; /* its verdict is the one below */
	struct verdict verdict;
	char *why; /* owned */
	size_t order;
};

struct findings {
	struct finding *list; /* owned */
	size_t n;
	size_t cap;
	struct finding_counts counts;
	/* The port before: its other sockets are not told again, where they say the same. */
	struct endpoint last;
	struct process *last_process;
	enum verdict_kind last_kind;
	bool failed; /* memory ran out */
};

/* A port with its verdict (NULL: not known); what it points to has to stay, but for "why". */
void findings_add(struct findings *findings, const struct event *event);
/*
 * An EVENT_MISSING, if it passes by protocol and port; a filter for anything else, which a port
 * that is not open does not have, lets none through. sure: there are no ports that were not seen.
 */
void findings_add_missing(struct findings *findings, const struct event *event,
			  const struct filter *filter, bool sure);
/* The gravest first, else as they came. */
void findings_sort(struct findings *findings);
/* As struct listing_of.each; arg is a struct findings. */
void findings_each(void *arg, void (*tell)(const struct event *event, void *arg), void *tell_arg);
void findings_free(struct findings *findings);

#endif
