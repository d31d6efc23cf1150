// SPDX-License-Identifier: GPL-2.0-only
/* https://prometheus.io/docs/instrumenting/exposition_formats, and .../practices/naming */
#include "output/metrics.h"

#include <stdio.h>

#define NSEC_PER_SEC 1000000000ULL

static void put_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_puts(out, "# HELP ");
	buf_puts(out, name);
	buf_putc(out, ' ');
	buf_puts(out, help);
	buf_puts(out, "\n# TYPE ");
	buf_puts(out, name);
	buf_putc(out, ' ');
	buf_puts(out, type);
	buf_putc(out, '\n');
}

struct label {
	const char *name;
	const char *value;
};

/* The three that would end a value or its line; the rest may be anything. */
static void put_value(struct buf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_putc(out, '\\');
		if (*value == '\n')
			buf_puts(out, "\\n");
		else
			buf_putc(out, *value);
	}
}

static void put_series(struct buf *out, const char *name, const struct label *labels, size_t n)
{
	buf_puts(out, name);
	for (size_t i = 0; i < n; i++) {
		buf_putc(out, i ? ',' : '{');
		buf_puts(out, labels[i].name);
		buf_puts(out, "=\"");
		put_value(out, labels[i].value);
		buf_putc(out, '"');
	}
	if (n)
		buf_putc(out, '}');
	buf_putc(out, ' ');
}

static void put_number(struct buf *out, const char *name, const struct label *labels, size_t n,
		       uint64_t value)
{
	put_series(out, name, labels, n);
	buf_put_u64(out, value);
	buf_putc(out, '\n');
}

static void put_single(struct buf *out, const char *name, const char *type, const char *help,
		       uint64_t value)
{
	put_head(out, name, type, help);
	put_number(out, name, NULL, 0, value);
}

static void put_ports(const struct metrics *m, struct buf *out)
{
	const char *name = "porttrace_open_ports";

	put_head(out, name, "gauge",
		 "Ports that are open, by how far their address reaches and by "
		 "what the policy says of them.");
	for (int scope = 0; scope < SCOPES; scope++) {
		for (int verdict = 0; verdict < METRICS_VERDICTS; verdict++) {
			const struct label labels[] = {
				{ "scope", scope_name((enum scope)scope) },
				{ "verdict", verdict == METRICS_UNJUDGED ?
						     "none" :
						     verdict_name((enum verdict_kind)verdict) },
			};

			put_number(out, name, labels, 2, m->ports[scope][verdict]);
		}
	}
}

static void put_events(const struct metrics *m, struct buf *out)
{
	const char *name = "porttrace_events_total";

	put_head(out, name, "counter", "Events, whether or not they were asked for.");
	for (int kind = 0; kind < EVENT_KINDS; kind++) {
		const struct label label = { "event", event_kind_name((enum event_kind)kind) };

		put_number(out, name, &label, 1, m->events[kind]);
	}
}

static void put_alerts(const struct metrics *m, struct buf *out)
{
	const char *name = "porttrace_alerts_total";

	put_head(out, name, "counter",
		 "Ports that the policy did not expect, or that were missing.");
	for (int severity = 0; severity < SEVERITIES; severity++) {
		const struct label label = { "severity", severity_name((enum severity)severity) };

		put_number(out, name, &label, 1, m->alerts[severity]);
	}
}

/* Descriptions of processes go by either ring. */
static const char *ring_of(enum record_kind kind)
{
	if (kind == RECORD_TASK)
		return "any";
	return kind <= RECORD_CHANGE ? "ports" : "connections";
}

static void put_loss(struct buf *out, const char *ring, const char *record, const char *cause,
		     uint64_t value)
{
	const struct label labels[] = { { "ring", ring },
					{ "record", record },
					{ "cause", cause } };

	put_number(out, "porttrace_lost_total", labels, 3, value);
}

static void put_losses(const struct metrics *m, struct buf *out)
{
	put_head(
		out, "porttrace_lost_total", "counter",
		"What could not be delivered, by ring, kind of record and cause. A port is found again "
		"in the kernel's tables.");
	for (int i = 0; i < RECORD_KINDS; i++) {
		const char *record = record_kind_name((enum record_kind)i);
		const char *ring = ring_of((enum record_kind)i);

		put_loss(out, ring, record, "ring_full", m->lost_ring[i]);
		put_loss(out, ring, record, "table_full", m->lost_table[i]);
	}
	put_loss(out, "any", "any", "damaged", m->lost_damaged);
	put_loss(out, "ports", "any", "hook_skipped", m->skipped_ports);
	put_loss(out, "connections", "any", "hook_skipped", m->skipped_conns);
	put_loss(out, "any", "fork", "hook_skipped", m->skipped_forks);
}

static void put_canary(const struct metrics *m, struct buf *out)
{
	const char *name = "porttrace_canary_latency_seconds";
	char text[32];

	put_single(out, "porttrace_canary_rounds_total", "counter",
		   "Times a port of its own was opened, to see whether it is seen.",
		   m->canary_rounds);
	put_single(out, "porttrace_canary_missed_total", "counter",
		   "Times that port was not seen within a second.", m->canary_missed);
	put_single(out, "porttrace_blind", "gauge",
		   "1 while its own port is not seen: then others may not be, either.", m->blind);
	if (!m->canary_seen)
		return; /* there is no number for what was not measured */
	put_head(out, name, "gauge", "From the opening of its own port until it was read, lately.");
	snprintf(text, sizeof(text), "%llu.%09llu\n",
		 (unsigned long long)(m->canary_ns / NSEC_PER_SEC),
		 (unsigned long long)(m->canary_ns % NSEC_PER_SEC));
	put_series(out, name, NULL, 0);
	buf_puts(out, text);
}

static void put_policy(const struct metrics *m, struct buf *out)
{
	put_single(out, "porttrace_policy_loaded", "gauge", "1 if ports are held against a policy.",
		   m->policy);
	put_single(out, "porttrace_policy_rules", "gauge", "Rules of the policy in use.",
		   m->policy_rules);
	put_single(out, "porttrace_policy_refused_total", "counter",
		   "Times a policy was to be read again and had an error: the old one holds on.",
		   m->policy_refused);
}

static void put_journal(const struct metrics *m, struct buf *out)
{
	if (!m->journal)
		return;
	put_single(out, "porttrace_journal_entries_total", "counter",
		   "Entries for the journal, the lost ones included.", m->journaled.entries);
	put_single(out, "porttrace_journal_lost_total", "counter",
		   "Entries that the journal did not take.", m->journaled.lost);
	put_single(out, "porttrace_journal_waiting", "gauge", "Entries that wait for the journal.",
		   m->journaled.waiting);
}

static void put_hooks(const struct metrics *m, struct buf *out)
{
	const char *name = "porttrace_hook_info";

	put_head(
		out, name, "gauge",
		"By which hook each kind of event is seen, as 'porttrace doctor' tells; none: it is "
		"not.");
	for (size_t i = 0; i < m->n_hooks; i++) {
		const char *backend = m->hooks[i].backend ? m->hooks[i].backend : "none";
		const struct label labels[] = { { "event", m->hooks[i].event },
						{ "backend", backend } };

		put_number(out, name, labels, 2, 1);
	}
}

void metrics_put(const struct metrics *m, struct buf *out)
{
	const struct label version = { "version", m->version };

	put_head(out, "porttrace_build_info", "gauge", "1, with the version of porttrace.");
	put_number(out, "porttrace_build_info", &version, 1, 1);
	put_ports(m, out);
	put_events(m, out);
	put_alerts(m, out);
	put_losses(m, out);
	put_canary(m, out);
	put_policy(m, out);
	put_journal(m, out);
	put_hooks(m, out);
}
