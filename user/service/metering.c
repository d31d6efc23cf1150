// SPDX-License-Identifier: GPL-2.0-only
#include "service/metering.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/replace.h"
#include "base/version.h"
#include "service/confine.h"

#include <errno.h>
#include <string.h>

/* Nobody reads the file more often than every few seconds. */
#define WRITE_GAP_NS 5000000000ULL

static int write_file(struct metering *metering)
{
	const struct replace_how how = { .mode = 0644, .over = true, .quick = true };
	struct buf text = { 0 };
	int err;

	metrics_put(&metering->metrics, &text);
	err = text.failed ? -ENOMEM : replace_file(metering->path, text.data, text.len, &how);
	buf_free(&text);
	return err;
}

void metering_write(struct metering *metering)
{
	int err;

	if (!metering->path)
		return;
	metering->gather(&metering->metrics, metering->arg);
	err = write_file(metering);
	if (err && !metering->failed)
		say("--metrics %s: %s. Tracing goes on", metering->path, confined_error(-err));
	else if (!err && metering->failed)
		say("--metrics %s: it is written again", metering->path);
	metering->failed = err;
}

static void on_time(void *arg)
{
	struct metering *metering = arg;

	metering_write(metering);
	if (metering->failed) /* owed, even if nothing happens */
		metering_touch(metering);
}

void metering_touch(struct metering *metering)
{
	if (metering->path && metering->timer.fire && !metering->timer.set)
		timer_set(metering->timers, &metering->timer, boot_after_ns(WRITE_GAP_NS));
}

void metering_note(struct metering *metering, const struct event *event)
{
	struct metrics *metrics = &metering->metrics;

	if (!metering->path)
		return;
	metrics->events[event->kind]++;
	metering_touch(metering);
}

void metering_alert(struct metering *metering, enum severity severity)
{
	if (!metering->path)
		return;
	metering->metrics.alerts[severity]++;
	metering_touch(metering);
}

void metering_policy(struct metering *metering, size_t rules)
{
	metering->metrics.policy = true;
	metering->metrics.policy_rules = rules;
	metering_touch(metering);
}

void metering_refused(struct metering *metering)
{
	metering->metrics.policy_refused++;
	metering_touch(metering);
}

void metering_start(struct metering *metering)
{
	metering->timer = (struct timer){ .fire = on_time, .arg = metering };
	metering_write(metering);
}

void metering_stop(struct metering *metering)
{
	timer_cancel(&metering->timer);
	if (metering->timer.fire)
		metering_write(metering);
}

/* --- what others know ----------------------------------------------------------------- */

static void count_port(const struct endpoint *endpoint, unsigned int verdict, void *arg)
{
	struct metrics *metrics = arg;

	metrics->ports[endpoint_scope(endpoint)][verdict ? verdict - 1 : METRICS_UNJUDGED]++;
}

void metering_gather_session(struct metrics *metrics, struct session *session)
{
	const struct trace_counters *counters;
	const struct trace_misses *misses;

	memset(metrics->ports, 0, sizeof(metrics->ports));
	ports_each(session_ports(session), count_port, metrics);
	session_losses(session, &counters, &misses);
	memcpy(metrics->lost_ring, counters->lost_ring, sizeof(metrics->lost_ring));
	memcpy(metrics->lost_table, counters->lost_map, sizeof(metrics->lost_table));
	metrics->lost_damaged = counters->corrupt;
	metrics->skipped_ports = misses->ports + misses->others;
	metrics->skipped_conns = misses->conns;
	metrics->skipped_forks = misses->forks;
}

_Static_assert((int)CAPABILITIES <= METRICS_HOOKS_MAX, "a place for each");

void metering_gather_coverage(struct metrics *metrics, const struct coverage *coverage)
{
	metrics->version = PORTTRACE_VERSION;
	metrics->n_hooks = 0;
	for (int i = 0; i < CAPABILITIES; i++) {
		const struct capability_state *state = &coverage->states[i];
		const struct attempt *holds = coverage_holds(state);

		if (state->wanted)
			metrics->hooks[metrics->n_hooks++] = (struct metrics_hook){
				state->event, holds ? holds->backend : NULL
			};
	}
}

void metering_gather_journal(struct metrics *metrics, const struct journal *journal)
{
	metrics->journal = journal;
	if (journal)
		metrics->journaled = journal_counts(journal);
}

void metering_gather_canary(struct metrics *metrics, const struct canary *canary)
{
	metrics->canary_seen = canary->latency_ns;
	metrics->canary_ns = canary->latency_ns;
	metrics->canary_rounds = canary->rounds;
	metrics->canary_missed = canary->missed;
	metrics->blind = canary->blind;
}
