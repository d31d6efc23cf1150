// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/alerting.h"

#include "base/log.h"
#include "cmd/policing.h"
#include "cmd/required.h"
#include "output/alert_line.h"

#include <stdio.h>
#include <string.h>

/* When it is looked again what is missing, where events waited to be read. */
#define LOOK_AGAIN_NS 100000000ULL

/* --- alerts ------------------------------------------------------------------------------ */

/* Others have every event, and count themselves. */
static bool is_for_people(const struct alerting *alerting)
{
	return alerting->stream->options->output == &sink_table;
}

/* Where rows of openings are there for their alerts alone, what is counted has none. */
static bool folds(const struct alerting *alerting)
{
	return is_for_people(alerting) && alerting->stream->options->alerts;
}

static void put_count(const struct alert_count *count, void *arg)
{
	struct alerting *alerting = arg;

	if (alerting->counted)
		alerting->counted(count, alerting->counted_arg);
	else if (is_for_people(alerting))
		alert_put_count(&alerting->stream->sink, count, stream_text(alerting->stream));
}

static void set_timers(struct alerting *alerting)
{
	uint64_t counts = alerts_due(alerting->alerts), absence = missing_due(alerting->missing);
	struct timers *timers = &alerting->stream->timers;

	timer_cancel(&alerting->counts);
	if (counts != UINT64_MAX)
		timer_set(timers, &alerting->counts, counts);
	timer_cancel(&alerting->absence);
	if (absence != UINT64_MAX && alerting->streams)
		timer_set(timers, &alerting->absence, absence);
}

static void on_counts(void *arg)
{
	struct alerting *alerting = arg;

	alerts_run(alerting->alerts, boot_now_ns(), put_count, alerting);
	set_timers(alerting);
}

/* Of an event with a verdict: how it is told. A hook is run of each alert but the same again. */
static enum alert_course raise_alert(struct alerting *alerting, struct event *event)
{
	bool only = alerting->stream->options->alerts;
	enum alert_course course = alerts_note(alerting->alerts, event, boot_now_ns(), put_count,
					       alerting);

	event->alert = course == ALERT_TELL;
	event->folded = only && course != ALERT_TELL;
	if (course != ALERT_AGAIN && !alerting->runs_no_hooks)
		alert_hook_run(&alerting->hook, event, alerting->stream->enrich);
	metering_alert(alerting->metering, event->verdict->severity);
	set_timers(alerting);
	return course;
}

/* --- what is missing ----------------------------------------------------------------------- */

static void tell_missing(const struct event *told, void *arg)
{
	struct alerting *alerting = arg;
	struct event event = *told;

	if (alerting->stream->done)
		return;
	raise_alert(alerting, &event);
	stream_report(alerting->stream, &event);
}

/* While events are not read it may be back, and its opening be among them. */
static void on_absence(void *arg)
{
	struct alerting *alerting = arg;

	if (stream_is_behind(alerting->stream)) {
		timer_set(&alerting->stream->timers, &alerting->absence,
			  boot_after_ns(LOOK_AGAIN_NS));
		return;
	}
	missing_run(alerting->missing, boot_now_ns(), tell_missing, alerting);
	set_timers(alerting);
}

static void note_presence(struct alerting *alerting, const struct event *event)
{
	const struct endpoint *port = &event->socket.local;

	if (event_opens(event))
		missing_opened(alerting->missing, port, judge_last(alerting->judge));
	else if (event->from == RECORD_CLOSE && event->kind != EVENT_CHANGE)
		missing_closed(alerting->missing, port, boot_now_ns());
	else
		return;
	if (alerting->streams)
		set_timers(alerting);
}

/* For who counts the open ports by verdict. */
static void note_verdict(struct alerting *alerting, const struct event *event)
{
	if (event_opens(event))
		ports_judged(session_ports(alerting->stream->session), &event->socket.local,
			     (unsigned int)event->verdict->kind + 1);
}

/* --- events -------------------------------------------------------------------------------- */

/* Whether the filters let it pass, whichever events are asked for. */
static bool filters_pass(const struct alerting *alerting, const struct event *event)
{
	struct filter any = alerting->stream->options->filter;

	any.records = 0;
	return filter_pass(&any, event);
}

/*
 * An opening that is unexpected is told whatever --events says. So is a socket more
 * on a port that is open (change), unless the same was told lately.
 */
static bool judge_opening(struct alerting *alerting, struct event *event, bool passes)
{
	const struct stream_options *options = alerting->stream->options;
	enum alert_course course;

	if (event->kind == EVENT_EXISTING && options->no_existing)
		return false;
	if (!passes && !filters_pass(alerting, event))
		return false;
	course = raise_alert(alerting, event);
	return passes || course != ALERT_AGAIN;
}

static bool judge(struct event *event, bool passes, void *arg)
{
	struct alerting *alerting = arg;
	bool only = alerting->stream->options->alerts;

	if (!judge_event(alerting->judge, event, &alerting->judgement))
		return passes && (!only || event->kind == EVENT_LOST);
	event->verdict = &alerting->judgement.verdict;
	note_verdict(alerting, event);
	note_presence(alerting, event);
	if (event->verdict->kind != VERDICT_UNEXPECTED)
		return passes && !only;
	if (event_opens(event))
		return judge_opening(alerting, event, passes);
	event->folded = folds(alerting) && alerts_counts(alerting->alerts, event);
	return passes;
}

/* --- reload -------------------------------------------------------------------------------- */

/* Told is what is unexpected now, and was not, or not as much. */
static void judge_again(const struct event *open, void *arg)
{
	struct alerting *alerting = arg;
	struct judgement before;
	struct event event = *open;

	enrich_event(alerting->stream->enrich, &event);
	judge_event(alerting->judge, &event, &alerting->judgement);
	event.verdict = &alerting->judgement.verdict;
	note_verdict(alerting, &event);
	missing_opened(alerting->missing, &event.socket.local, judge_last(alerting->judge));
	alerting->n_ports++;
	if (event.verdict->kind != VERDICT_UNEXPECTED || !filters_pass(alerting, &event))
		return;
	alerting->n_unexpected++;
	if (alerting->stream->done)
		return;
	policy_judge(alerting->before, judge_last(alerting->judge), &before);
	if (before.verdict.kind == VERDICT_UNEXPECTED &&
	    before.verdict.severity == event.verdict->severity)
		return;
	event.time_ns = boot_now_ns();
	raise_alert(alerting, &event);
	stream_report(alerting->stream, &event);
}

/* False: no memory, and the policy is the caller's yet. */
static bool take_policy(struct alerting *alerting, struct policy *policy)
{
	struct missing *was = alerting->missing;
	struct missing *missing = required_missing(policy, alerting->stream->options);
	struct policy *before;

	if (!missing)
		return false;
	before = judge_swap(alerting->judge, policy);
	alerting->before = before;
	alerting->n_ports = alerting->n_unexpected = 0;
	alerting->missing = missing;
	ports_tell_open(session_ports(alerting->stream->session), judge_again, alerting);
	missing_start(missing, was, boot_now_ns());
	missing_free(was);
	policy_free(before);
	on_absence(alerting);
	return true;
}

static void note(struct alerting *alerting, enum journal_kind kind, const char *text)
{
	say("%s", text);
	journaling_note(alerting->stream->journal, kind, text);
}

void alerting_reload(struct alerting *alerting)
{
	struct policy *policy = NULL;
	char text[256];

	if (!alerting->streams)
		return;
	if (policing_load(&policy, alerting->stream->options->policy) ||
	    !take_policy(alerting, policy)) {
		policy_free(policy);
		note(alerting, JOURNAL_POLICY_REFUSED,
		     "the policy was not read again: what was read before holds on");
		metering_refused(alerting->metering);
		return;
	}
	metering_policy(alerting->metering, policy_n_rules(policy));
	snprintf(text, sizeof(text),
		 "the policy was read again: rules %zu, open sockets %zu, unexpected %zu",
		 policy_n_rules(policy), alerting->n_ports, alerting->n_unexpected);
	note(alerting, JOURNAL_POLICY_LOADED, text);
}

/* --- from start to end --------------------------------------------------------------------- */

/* Opens and closes are needed even if nobody wants to read of them. */
static void want_ports(struct stream_options *options)
{
	options->wants.events |= 1u << RECORD_OPEN | 1u << RECORD_CLOSE;
}

/* A table has lines of its own for verdicts; a list of values would lack them. */
static void want_columns(struct stream_options *options)
{
	struct column_list chosen = options->columns, standard;
	const char *bad;

	columns_default(&standard);
	if (options->output == &sink_csv && chosen.n == standard.n &&
	    !memcmp(chosen.columns, standard.columns, chosen.n * sizeof(*chosen.columns)))
		columns_add(&options->columns, "verdict,severity,rule,why", &bad);
}

int alerting_open(struct alerting *alerting, struct stream *stream, struct metering *metering)
{
	struct stream_options *options = stream->options;
	int status;

	alerting->stream = stream;
	alerting->metering = metering;
	alerting->hook.hooks.fd = -1;
	if (!options->policy) {
		if (!options->alerts)
			return STATUS_OK;
		say("--alerts: what is unexpected? --policy FILE says what is not");
		return STATUS_USAGE;
	}
	status = policing_load(&alerting->policy, options->policy);
	if (status)
		return status;
	if (!alerting->runs_no_hooks)
		alert_hook_open(&alerting->hook);
	alerting->on = true;
	want_ports(options);
	want_columns(options);
	return STATUS_OK;
}

int alerting_attach(struct alerting *alerting)
{
	struct stream *stream = alerting->stream;

	if (!alerting->on)
		return STATUS_OK;
	alerting->counts = (struct timer){ .fire = on_counts, .arg = alerting };
	alerting->absence = (struct timer){ .fire = on_absence, .arg = alerting };
	metering_policy(alerting->metering, policy_n_rules(alerting->policy));
	alerting->judge = judge_new(alerting->policy, stream->enrich);
	alerting->policy = NULL;
	alerting->alerts = alerts_new();
	if (alerting->judge)
		alerting->missing = required_missing(judge_policy(alerting->judge),
						     alerting->stream->options);
	if (!alerting->missing || !alerting->alerts) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	hooks_begin(&alerting->hook.hooks, &stream->timers);
	stream->judges = judge;
	stream->judges_arg = alerting;
	return STATUS_OK;
}

void alerting_start(struct alerting *alerting)
{
	if (!alerting->on)
		return;
	alerting->streams = true;
	missing_start(alerting->missing, NULL, boot_now_ns());
	on_absence(alerting);
}

void alerting_stop(struct alerting *alerting)
{
	if (!alerting->on)
		return;
	alerting->streams = false;
	alerts_finish(alerting->alerts, boot_now_ns(), put_count, alerting);
}

void alerting_close(struct alerting *alerting)
{
	alert_hook_close(&alerting->hook);
	policy_free(alerting->policy);
	judge_free(alerting->judge);
	alerts_free(alerting->alerts);
	missing_free(alerting->missing);
}
