// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/stream_say.h"

#include "base/log.h"
#include "base/loop.h"

#include <inttypes.h>
#include <stdio.h>

/* Who reads JSON, or the journal, reads no stderr: an event lost from the beginning, uncounted. */
static void tell_uncovered(struct stream *s, const char *event, const char *why)
{
	char cause[COVERAGE_TEXT + 32];
	struct event lost = {
		.kind = EVENT_LOST,
		.time_ns = boot_now_ns(),
		.lost_kind = event,
		.lost_cause = cause,
	};

	snprintf(cause, sizeof(cause), "cannot be seen here: %s", why);
	if (s->options->output == &sink_json)
		stream_print(s, &lost);
	else
		journaling_event(s->journal, s->enrich, &lost);
}

int stream_say_coverage(struct stream *s, const struct coverage *coverage)
{
	int uncovered = 0;

	for (int i = 0; i < CAPABILITIES; i++) {
		const struct capability_state *state = &coverage->states[i];
		const char *why = state->n_attempts ? state->attempts[0].why : "no hook gives it";

		if (!state->wanted || coverage_holds(state))
			continue;
		uncovered++;
		say("'%s' cannot be seen here: %s ('porttrace doctor' says more)", state->event,
		    why);
		tell_uncovered(s, state->event, why);
	}
	if (coverage->cgroup_partial)
		say("only this container is seen: the root of the cgroup hierarchy is out of reach");
	return uncovered && s->options->strict ? STATUS_NO_TRACING : STATUS_OK;
}

void stream_say_stats(const struct stream *s)
{
	struct trace_counters c;
	struct trace_misses misses;

	trace_counters(session_trace(s->session), &c);
	trace_misses(session_trace(s->session), &misses);
	for (int i = 0; i < RECORD_KINDS; i++)
		fprintf(stderr,
			"stats: kind=%s produced=%" PRIu64 " delivered=%" PRIu64 " lost=%" PRIu64
			"\n",
			record_kind_name((enum record_kind)i), c.produced[i], c.delivered[i],
			c.lost_ring[i]);
	fprintf(stderr,
		"stats: damaged=%" PRIu64 " untracked=%" PRIu64 " skipped-runs=%" PRIu64 "\n",
		c.corrupt,
		c.lost_map[RECORD_OPEN] + c.lost_map[RECORD_CLOSE] + c.lost_map[RECORD_CONNECT],
		misses.ports + misses.others + misses.conns + misses.forks);
}
