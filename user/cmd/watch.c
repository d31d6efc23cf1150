// SPDX-License-Identifier: GPL-2.0-only
/* watch: what is open now, then every port as it opens and closes. */
#include "base/log.h"
#include "base/loop.h"
#include "base/out.h"
#include "cmd/cmd.h"
#include "cmd/session.h"
#include "cmd/stream_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * The reader is slow: no more is taken from the ring while this much waits for
 * it, so that the ring holds what comes, and then counts what it cannot.
 */
#define OUT_HIGH_WATER ((size_t)256 * 1024)
/* In the middle of many events, written once this much waits. */
#define OUT_LOW_WATER ((size_t)64 * 1024)

/* How long a reader has to take the rest after a signal. */
#define DRAIN_NS 1000000000ULL

struct watch {
	struct stream_options options;
	struct session *session;
	struct enrich *enrich;
	struct sink sink;
	struct out out;
	struct loop loop;
	bool out_waits; /* stdout is in the loop, until it is writable */
	bool host_netns_known;
	bool done;
	int err;         /* of the session */
	uint64_t told;   /* events that count for --count */
	uint64_t end_ns; /* 0: none */
};

/* The snapshot, which comes before any event, finds which namespace is the host's. */
static void learn_host_netns(struct watch *w)
{
	uint32_t inode = trace_host_netns(session_trace(w->session));

	w->host_netns_known = true;
	enrich_set_host_netns(w->enrich, inode);
	if (stream_options_host_netns(&w->options, inode))
		trace_filter(session_trace(w->session), &w->options.filter);
}

/* What the kernel side can leave out; without it everything is filtered here. */
static void filter_early(struct watch *w)
{
	struct filter early = w->options.filter;

	if (w->options.netns_host)
		early.n_netns = 0; /* one of them is not known yet */
	trace_filter(session_trace(w->session), &early);
}

/* A filter for pids means their descendants, too, as the kernel side has followed them. */
static void note_descendant(struct watch *w, struct process *process)
{
	if (w->options.filter.n_pids && !process->asked)
		process->asked = trace_follows(session_trace(w->session), process->tgid);
}

static void flush(struct watch *w);

static void tell(const struct event *event, void *arg)
{
	struct watch *w = arg;

	if (w->done)
		return;
	if (!w->host_netns_known)
		learn_host_netns(w);
	if (event->kind == EVENT_EXISTING && w->options.no_existing)
		return;
	if (event->actor.process) {
		enrich_process(event->actor.process);
		note_descendant(w, event->actor.process);
	}
	for (size_t i = 0; i < event->n_holders; i++) {
		enrich_process(event->holders[i]);
		note_descendant(w, event->holders[i]);
	}
	if (!filter_pass(&w->options.filter, event))
		return;
	w->sink.ops->event(&w->sink, event, &w->out.buf);
	if (w->out.buf.len >= OUT_LOW_WATER)
		flush(w);
	if (event->kind == EVENT_EXISTING || event->kind == EVENT_LOST)
		return;
	w->done = ++w->told == w->options.count;
}

/*
 * stdout is in the loop all the time: for errors, so that a reader that left
 * ends us at once and not at the next event; while something waits for it, to
 * hear that it is writable.
 */
static void on_stdout(void *arg)
{
	struct watch *w = arg;

	if (w->out_waits) {
		w->out_waits = false;
		loop_modify(&w->loop, w->out.fd, 0);
		flush(w);
		return;
	}
	w->out.err = -EPIPE;
	w->done = true;
}

static void flush(struct watch *w)
{
	int state;

	if (w->out_waits)
		return;
	state = out_flush(&w->out);
	if (state < 0)
		w->done = true;
	else if (state > 0)
		w->out_waits = !loop_modify(&w->loop, w->out.fd, EPOLLOUT);
}

static void on_ring(void *arg)
{
	struct watch *w = arg;

	(void)w; /* the round that follows pumps */
}

static void pump(struct watch *w)
{
	int n;

	if (w->out.buf.len >= OUT_HIGH_WATER)
		return;
	n = session_pump(w->session);
	if (n < 0) {
		w->err = n;
		w->done = true;
	}
	flush(w);
}

/*
 * While the reader keeps us waiting the rings are not watched: they would only
 * say again and again that they have something.
 */
static int watch_rings(struct watch *w, bool on)
{
	int err = 0;

	for (int ring = 0; ring < RINGS && !err; ring++) {
		int fd = trace_fd(session_trace(w->session), (enum ring_id)ring);

		if (fd < 0)
			continue;
		if (on)
			err = loop_add(&w->loop, fd, EPOLLIN, on_ring, w);
		else
			loop_remove(&w->loop, fd);
	}
	return err;
}

static uint64_t patience(const struct watch *w, bool stalled)
{
	uint64_t wait = stalled ? UINT64_MAX : session_patience(w->session);
	uint64_t now = boot_now_ns();

	if (!w->end_ns)
		return wait;
	if (now >= w->end_ns)
		return 0;
	return w->end_ns - now < wait ? w->end_ns - now : wait;
}

static int loop(struct watch *w)
{
	bool stalled = false;
	int err = watch_rings(w, true);

	while (!err && !w->done && !w->loop.ended) {
		bool full = w->out.buf.len >= OUT_HIGH_WATER;

		if (full != stalled)
			err = watch_rings(w, stalled);
		stalled = full;
		if (w->end_ns && boot_now_ns() >= w->end_ns)
			break;
		if (!err)
			err = loop_round(&w->loop, patience(w, stalled));
		if (!err)
			pump(w);
	}
	return err;
}

static size_t terminal_width(int fd)
{
	struct winsize size;

	return !ioctl(fd, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

/* Who reads JSON reads no stderr: an event that is lost from the beginning, uncounted. */
static void tell_uncovered(struct watch *w, const char *event, const char *why)
{
	char cause[COVERAGE_TEXT + 32];
	struct event lost = {
		.kind = EVENT_LOST,
		.time_ns = boot_now_ns(),
		.lost_kind = event,
		.lost_cause = cause,
	};

	if (w->options.output != &sink_json)
		return;
	snprintf(cause, sizeof(cause), "cannot be seen here: %s", why);
	w->sink.ops->event(&w->sink, &lost, &w->out.buf);
}

/* Each on a line of its own: what was asked for and cannot be seen here. */
static int say_coverage(struct watch *w, const struct coverage *coverage)
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
		tell_uncovered(w, state->event, why);
	}
	if (coverage->cgroup_partial)
		say("only this container is seen: the root of the cgroup hierarchy is out of reach");
	return uncovered && w->options.strict ? STATUS_NO_TRACING : STATUS_OK;
}

static void say_stats(const struct watch *w)
{
	struct trace_counters c;
	struct trace_misses misses;

	trace_counters(session_trace(w->session), &c);
	trace_misses(session_trace(w->session), &misses);
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
		misses.ports + misses.others + misses.conns);
}

/*
 * What is formatted is for the reader to take, and without a hurry if time or
 * count ended us. After a signal a reader that does not read has a second; a
 * second signal ends the wait at once.
 */
static void drain(struct watch *w)
{
	uint64_t now = boot_now_ns();
	uint64_t until = w->loop.ended ? now + DRAIN_NS : UINT64_MAX;

	w->loop.ended = false;
	flush(w);
	while (w->out_waits && !w->out.err && !w->loop.ended && now < until) {
		if (loop_round(&w->loop, until == UINT64_MAX ? until : until - now))
			break;
		now = boot_now_ns();
	}
	if (w->out.buf.len && !w->out.err)
		say("%zu bytes of output were not written: the reader does not read",
		    w->out.buf.len);
}

/* The ring is emptied first, so that what happened before the end is told. */
static void finish(struct watch *w)
{
	if (!w->err && !w->out.err && !w->done && w->out.buf.len < OUT_HIGH_WATER)
		w->err = session_stop(w->session);
	watch_rings(w, false);
	if (w->sink.ops->end)
		w->sink.ops->end(&w->sink, &w->out.buf);
	drain(w);
	if (w->options.stats)
		say_stats(w);
}

static int status_of(const struct watch *w, int err)
{
	if (w->out.err && w->out.err != -EPIPE) {
		say("output failed: %s", strerror(-w->out.err));
		return STATUS_OUTPUT;
	}
	if (w->out.err || (!err && !w->err))
		return STATUS_OK;
	say("tracing failed: %s", strerror(-(err ? err : w->err)));
	return STATUS_NO_TRACING;
}

static int run(struct watch *w)
{
	int err;

	if (w->options.has_duration)
		w->end_ns = boot_now_ns() + w->options.duration_ns;
	if (w->sink.ops->begin)
		w->sink.ops->begin(&w->sink, &w->out.buf);
	filter_early(w);
	err = session_start(w->session);
	flush(w);
	if (!err)
		err = loop(w);
	finish(w);
	return status_of(w, err);
}

static int wire(struct watch *w)
{
	struct coverage coverage;
	int status, err = loop_init(&w->loop);

	w->enrich = enrich_new(w->options.numeric);
	if (err || !w->enrich) {
		say("cannot start: %s", strerror(err ? -err : ENOMEM));
		return STATUS_NO_TRACING;
	}
	out_open(&w->out, STDOUT_FILENO);
	/* A plain file is always ready, and epoll refuses it. */
	err = loop_add(&w->loop, w->out.fd, 0, on_stdout, w);
	if (err && err != -EPERM) {
		say("cannot write to stdout: %s", strerror(-err));
		return STATUS_OUTPUT;
	}
	w->sink = (struct sink){
		.ops = w->options.output,
		.enrich = w->enrich,
		.columns = w->options.columns,
		.color = stream_options_color(&w->options, STDOUT_FILENO),
		.width = terminal_width(STDOUT_FILENO),
	};
	stream_options_settle(&w->options);
	status = session_open(&w->session, &w->options.wants, &coverage, tell, w);
	return status ? status : say_coverage(w, &coverage);
}

int cmd_watch(int argc, char **argv)
{
	struct option_table table = {
		.parts = WATCH_OPTIONS,
		.usage = "[watch] [OPTIONS]",
		.about = "Prints what is open now ('existing'), then every port as it opens and closes, until\n"
			 "Ctrl-C. Every network namespace of the host is watched.",
	};
	struct watch w = { 0 };
	int first, status;

	stream_options_init(&w.options);
	status = options_parse(&table, argc, argv, &w.options, &first);
	if (!status && first < argc) {
		say("watch takes no operand: '%s'; a port is given as --port %s", argv[first],
		    argv[first]);
		status = STATUS_USAGE;
	}
	if (!status) {
		status = wire(&w);
		if (!status)
			status = run(&w);
		session_close(w.session);
		enrich_free(w.enrich);
		loop_free(&w.loop);
		out_free(&w.out);
	}
	stream_options_free(&w.options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
