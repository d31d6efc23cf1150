// SPDX-License-Identifier: GPL-2.0-only
#include "alert/missing.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEVER UINT64_MAX

/* A rule that asks for something. */
struct wanted {
	const struct policy_required *required;
	size_t open;     /* ports that satisfy it */
	uint64_t due_ns; /* when its absence is told; NEVER */
	bool spared;
	bool told;
	bool closed; /* it was open before */
};

/* A port that satisfies one. Compared bytewise: no padding. */
struct held {
	uint64_t wanted;
	struct endpoint port;
};

_Static_assert(sizeof(struct held) == 40, "held has no padding");

struct missing {
	const struct policy *policy;
	struct wanted *all;
	size_t n;
	void *held; /* tree */
};

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct held));
}

struct missing *missing_new(const struct policy *policy)
{
	struct missing *missing = calloc(1, sizeof(*missing));
	const struct policy_required *required;

	if (!missing)
		return NULL;
	missing->policy = policy;
	required = policy_required(policy, &missing->n);
	missing->all = calloc(missing->n ? missing->n : 1, sizeof(*missing->all));
	if (!missing->all) {
		free(missing);
		return NULL;
	}
	for (size_t i = 0; i < missing->n; i++)
		missing->all[i] = (struct wanted){ .required = &required[i], .due_ns = NEVER };
	return missing;
}

void missing_free(struct missing *missing)
{
	if (!missing)
		return;
	tdestroy(missing->held, free);
	free(missing->all);
	free(missing);
}

void missing_spare(struct missing *missing, size_t i)
{
	missing->all[i].spared = true;
}

size_t missing_wanted(const struct missing *missing)
{
	size_t n = 0;

	for (size_t i = 0; i < missing->n; i++)
		n += !missing->all[i].spared;
	return n;
}

static bool names(const struct wanted *wanted, const struct endpoint *port)
{
	return port->port >= wanted->required->first && port->port <= wanted->required->last;
}

/* Without memory it counts as open for good: no alarm that is false. */
static void hold(struct missing *missing, size_t i, const struct endpoint *port)
{
	struct held key = { i, *port }, *held;

	if (tfind(&key, &missing->held, compare))
		return;
	missing->all[i].open++;
	held = malloc(sizeof(*held));
	if (!held)
		return;
	*held = key;
	if (!tsearch(held, &missing->held, compare))
		free(held);
}

void missing_opened(struct missing *missing, const struct endpoint *port,
		    const struct policy_subject *subject)
{
	for (size_t i = 0; i < missing->n; i++) {
		struct wanted *wanted = &missing->all[i];

		if (!names(wanted, port) ||
		    !policy_satisfies(missing->policy, wanted->required, subject))
			continue;
		hold(missing, i, port);
		wanted->due_ns = NEVER;
		wanted->told = false;
		wanted->closed = false;
	}
}

void missing_closed(struct missing *missing, const struct endpoint *port, uint64_t now_ns)
{
	for (size_t i = 0; i < missing->n; i++) {
		struct wanted *wanted = &missing->all[i];
		struct held key = { i, *port }, **found;

		found = names(wanted, port) ? tfind(&key, &missing->held, compare) : NULL;
		if (!found)
			continue;
		/* The node may go with it: what it points to is freed by its copy. */
		void *gone = *found;

		tdelete(&key, &missing->held, compare);
		free(gone);
		if (--wanted->open)
			continue;
		wanted->closed = true;
		wanted->due_ns = now_ns + MISSING_AFTER_NS;
	}
}

static bool same_ports(const struct policy_required *a, const struct policy_required *b)
{
	return a->first == b->first && a->last == b->last && !strcmp(a->proto, b->proto);
}

/* The only one that asks for these ports; NULL: none or several do. */
static const struct wanted *only_one(const struct missing *missing,
				     const struct policy_required *required)
{
	const struct wanted *found = NULL;

	for (size_t i = 0; i < missing->n; i++) {
		if (!same_ports(missing->all[i].required, required))
			continue;
		if (found)
			return NULL;
		found = &missing->all[i];
	}
	return found;
}

/*
 * What the policy before asked for in the same words; or the only one there that asked for
 * these ports, if one alone does now. NULL: there is none.
 */
static const struct wanted *same_before(const struct missing *before, const struct missing *now,
					const struct policy_required *required)
{
	for (size_t i = 0; before && i < before->n; i++) {
		const struct policy_required *other = before->all[i].required;

		if (same_ports(other, required) && !strcmp(other->text, required->text))
			return &before->all[i];
	}
	return before && only_one(now, required) ? only_one(before, required) : NULL;
}

void missing_start(struct missing *missing, const struct missing *before, uint64_t now_ns)
{
	for (size_t i = 0; i < missing->n; i++) {
		struct wanted *wanted = &missing->all[i];
		const struct wanted *was = same_before(before, missing, wanted->required);

		if (wanted->open || wanted->told || wanted->due_ns != NEVER)
			continue;
		wanted->told = was && was->told;
		wanted->closed = was && was->closed;
		if (!wanted->told)
			wanted->due_ns = was && was->due_ns != NEVER ? was->due_ns : now_ns;
	}
}

uint64_t missing_due(const struct missing *missing)
{
	uint64_t due = NEVER;

	for (size_t i = 0; i < missing->n; i++)
		if (!missing->all[i].spared && missing->all[i].due_ns < due)
			due = missing->all[i].due_ns;
	return due;
}

/* 0: whichever */
static uint16_t proto_number(const char *proto)
{
	if (!strcmp(proto, "tcp") || !strcmp(proto, "mptcp"))
		return IPPROTO_TCP;
	if (!strcmp(proto, "udp"))
		return IPPROTO_UDP;
	if (!strcmp(proto, "udplite"))
		return IPPROTO_UDPLITE;
	return strcmp(proto, "sctp") ? 0 : IPPROTO_SCTP;
}

/* Why, and the rule: as it was written, but for the blanks that align it with others. */
static void explain(const char *what, const struct policy_required *required, char *why)
{
	size_t at = (size_t)snprintf(why, POLICY_WHY_MAX, "%s: ", what);

	for (const char *c = required->text; *c && at < POLICY_WHY_MAX - 1; c++) {
		bool blank = *c == ' ' || *c == '\t';

		if (!blank || why[at - 1] != ' ')
			why[at++] = (char)(blank ? ' ' : *c);
	}
	why[at] = '\0';
}

struct event missing_event(const struct policy *policy, const struct policy_required *required,
			   struct verdict *verdict, char *why)
{
	explain("nobody has it open as this wants", required, why);
	*verdict = (struct verdict){
		.kind = VERDICT_UNEXPECTED,
		.severity = policy_default_severity(policy),
		.missing = true,
		.rule = required->rule,
		.why = why,
		.hook = required->hook,
	};
	return (struct event){
		.kind = EVENT_MISSING,
		.socket.mptcp = !strcmp(required->proto, "mptcp"),
		.socket.local.proto = proto_number(required->proto),
		.socket.local.port = required->first,
		.last_port = required->last != required->first ? required->last : 0,
		.verdict = verdict,
	};
}

void missing_run(struct missing *missing, uint64_t now_ns,
		 void (*tell)(const struct event *event, void *arg), void *arg)
{
	for (size_t i = 0; i < missing->n; i++) {
		struct wanted *wanted = &missing->all[i];
		struct verdict verdict;
		char why[POLICY_WHY_MAX];
		struct event event;

		if (wanted->due_ns > now_ns || wanted->spared)
			continue;
		event = missing_event(missing->policy, wanted->required, &verdict, why);
		event.time_ns = now_ns;
		if (wanted->closed)
			explain("closed, and not back within 5 s", wanted->required, why);
		wanted->due_ns = NEVER;
		wanted->told = true;
		tell(&event, arg);
	}
}
