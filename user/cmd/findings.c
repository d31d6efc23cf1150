// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/findings.h"

#include <stdlib.h>
#include <string.h>

static void count(struct finding_counts *counts, const struct verdict *verdict)
{
	if (verdict->missing)
		counts->missing++;
	else if (verdict->changed)
		counts->changed++;
	else
		counts->unexpected++;
	if (verdict->severity > counts->worst)
		counts->worst = verdict->severity;
}

static void add(struct findings *findings, const struct event *event)
{
	struct finding *finding;

	if (findings->n == findings->cap) {
		size_t cap = findings->cap ? findings->cap * 2 : 16;
		struct finding *grown = reallocarray(findings->list, cap, sizeof(*grown));

		findings->failed |= !grown;
		if (!grown)
			return;
		findings->list = grown;
		findings->cap = cap;
	}
	finding = &findings->list[findings->n];
	*finding = (struct finding){ .event = *event,
				     .verdict = *event->verdict,
				     .order = findings->n };
	finding->why = event->verdict->why ? strdup(event->verdict->why) : NULL;
	findings->failed |= event->verdict->why && !finding->why;
	count(&findings->counts, event->verdict);
	findings->n++;
}

/* Sockets of a port come one behind the other. */
static bool is_told(struct findings *findings, const struct event *event)
{
	enum verdict_kind kind = event->verdict->kind;
	bool same = findings->last.port &&
		    !memcmp(&findings->last, &event->socket.local, sizeof(findings->last)) &&
		    findings->last_kind == kind &&
		    (kind != VERDICT_UNEXPECTED || findings->last_process == event->actor.process);

	findings->last = event->socket.local;
	findings->last_kind = kind;
	findings->last_process = event->actor.process;
	return same;
}

void findings_add(struct findings *findings, const struct event *event)
{
	if (!event->verdict) {
		findings->counts.unknown++;
		return;
	}
	if (is_told(findings, event))
		return;
	if (event->verdict->kind == VERDICT_EXPECTED)
		findings->counts.expected++;
	else if (event->verdict->kind == VERDICT_IGNORED)
		findings->counts.ignored++;
	else
		add(findings, event);
}

/* --- what lacks -------------------------------------------------------------------- */

static bool any_port_passes(const struct filter *filter, const struct event *event)
{
	unsigned int first = event->socket.local.port;
	unsigned int last = event->last_port ? event->last_port : first;

	if (!filter->ports.n)
		return true;
	for (unsigned int port = first; port <= last; port++)
		if (port_set_has(&filter->ports, (uint16_t)port))
			return true;
	return false;
}

/* 0: of whichever protocol. */
static bool protocol_passes(const struct filter *filter, const struct event *event)
{
	uint16_t proto = event->socket.local.proto;

	return filter->tcp == filter->udp || !proto || proto_is_udp(proto) == filter->udp;
}

void findings_add_missing(struct findings *findings, const struct event *event,
			  const struct filter *filter, bool sure)
{
	if (filter_asks_for_more(filter))
		findings->counts.not_looked_for++;
	else if (!any_port_passes(filter, event) || !protocol_passes(filter, event))
		return;
	else if (!sure)
		findings->counts.maybe_missing++;
	else
		add(findings, event);
}

/* ------------------------------------------------------------------------------------- */

static int by_severity(const void *a, const void *b)
{
	const struct finding *fa = a, *fb = b;

	if (fa->verdict.severity != fb->verdict.severity)
		return fa->verdict.severity > fb->verdict.severity ? -1 : 1;
	return fa->order < fb->order ? -1 : 1;
}

void findings_sort(struct findings *findings)
{
	if (findings->n)
		qsort(findings->list, findings->n, sizeof(*findings->list), by_severity);
	for (size_t i = 0; i < findings->n; i++) {
		struct finding *finding = &findings->list[i];

		finding->verdict.why = finding->why;
		finding->event.verdict = &finding->verdict;
	}
}

void findings_each(void *arg, void (*tell)(const struct event *event, void *arg), void *tell_arg)
{
	const struct findings *findings = arg;

	for (size_t i = 0; i < findings->n; i++)
		tell(&findings->list[i].event, tell_arg);
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		free(findings->list[i].why);
	free(findings->list);
	*findings = (struct findings){ 0 };
}
