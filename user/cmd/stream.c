// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/stream.h"

#include "base/first_namespace.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cmd/stream_say.h"
#include "service/canary_file.h"
#include "session/gaps.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

/*
 * The reader is slow: no more is taken from the ring while this much waits for
 * it, so that the ring holds what comes, and then counts what it cannot.
 */
#define OUT_HIGH_WATER ((size_t)256 * 1024)
/* In the middle of many events, written once this much waits. */
#define OUT_LOW_WATER ((size_t)64 * 1024)

/* How long a reader has to take the rest after a signal. */
#define DRAIN_NS 1000000000ULL

/* The snapshot, which comes before any event, finds which namespace is the host's. */
static void learn_host_netns(struct stream *s)
{
	uint32_t inode = trace_host_netns(session_trace(s->session));

	s->host_netns_known = true;
	enrich_set_host_netns(s->enrich, inode);
	if (stream_options_host_netns(s->options, inode) && !s->first)
		trace_filter(session_trace(s->session), &s->options->filter);
}

/* What the kernel side can leave out; without it everything is filtered here. */
static void filter_early(struct stream *s)
{
	struct filter early = s->options->filter;

	if (s->options->netns_host)
		early.n_netns = 0; /* one of them is not known yet */
	if (early.n_pids && !in_first_namespace("pid", PID_INIT_INO))
		say_foreign_pids();
	if (!s->first)
		trace_filter(session_trace(s->session), &early);
}

/* A filter for pids means their descendants, too, as the kernel side has followed them. */
static void note_descendant(struct stream *s, struct process *process)
{
	if (s->options->filter.n_pids && !process->asked)
		process->asked = trace_follows(session_trace(s->session), process->tgid);
}

static void flush(struct stream *s);

static void begin(struct stream *s)
{
	if (!s->begun && s->sink.ops->begin)
		s->sink.ops->begin(&s->sink, &s->out.buf);
	s->begun = true;
}

void stream_print(struct stream *s, const struct event *event)
{
	journaling_event(s->journal, s->enrich, event);
	if (s->out.err)
		return;
	begin(s);
	s->sink.ops->event(&s->sink, event, &s->out.buf);
	if (s->out.buf.len >= OUT_LOW_WATER)
		flush(s);
}

void stream_report(struct stream *s, const struct event *event)
{
	stream_print(s, event);
	if (event->kind == EVENT_EXISTING || event->kind == EVENT_LOST || event->folded)
		return;
	if (++s->told == s->options->count)
		s->done = true;
}

bool stream_is_stalled(const struct stream *s)
{
	return s->out.buf.len >= OUT_HIGH_WATER;
}

bool stream_is_behind(const struct stream *s)
{
	return stream_is_stalled(s) || session_is_behind(s->session);
}

struct buf *stream_text(struct stream *s)
{
	begin(s);
	return &s->out.buf;
}

static bool is_skipped(const struct stream *s, const struct event *event)
{
	return event->kind == EVENT_EXISTING && s->options->no_existing;
}

static bool passes(const struct stream *s, const struct event *event)
{
	if (is_skipped(s, event))
		return false;
	return s->takes ? s->takes(event, s->arg) : filter_pass(&s->options->filter, event);
}

static void tell(const struct event *told, void *arg)
{
	struct event own = *told, *event = &own;
	struct stream *s = arg;
	bool pass;

	if (s->done || (s->first && !s->first(event, s->first_arg)) || canary_of_a_service(event))
		return;
	if (!s->host_netns_known)
		learn_host_netns(s);
	if (is_skipped(s, event) && !s->judges)
		return;
	enrich_event(s->enrich, event);
	if (event->actor.process)
		note_descendant(s, event->actor.process);
	for (size_t i = 0; i < event->n_holders; i++)
		note_descendant(s, event->holders[i]);
	pass = passes(s, event);
	if (s->judges ? s->judges(event, pass, s->judges_arg) : pass)
		stream_report(s, event);
}

void stream_tell(struct stream *s, const struct event *event)
{
	tell(event, s);
	flush(s);
}

static void output_failed(struct stream *s)
{
	loop_remove(&s->loop, s->out.fd);
	buf_clear(&s->out.buf);
	if (!s->outlives_output)
		s->done = true;
}

/*
 * The output is in the loop all the time: for errors, so that a reader that
 * left ends us at once and not at the next event; while something waits for
 * it, to hear that it is writable.
 */
static void on_output(void *arg)
{
	struct stream *s = arg;

	if (s->out_waits) {
		s->out_waits = false;
		loop_modify(&s->loop, s->out.fd, 0);
		flush(s);
		return;
	}
	s->out.err = -EPIPE;
	output_failed(s);
}

static void flush(struct stream *s)
{
	int state;

	if (s->out_waits || s->out.err)
		return;
	state = out_flush(&s->out);
	if (state < 0)
		output_failed(s);
	else if (state > 0)
		s->out_waits = !loop_modify(&s->loop, s->out.fd, EPOLLOUT);
}

static void on_ring(void *arg)
{
	(void)arg; /* the round that follows pumps */
}

static void pump(struct stream *s)
{
	int n;

	if (stream_is_stalled(s))
		return;
	n = session_pump(s->session);
	if (n < 0) {
		s->err = n;
		s->done = true;
	}
	flush(s);
}

/*
 * While the reader keeps us waiting the rings are not watched: they would only
 * say again and again that they have something.
 */
static int watch_rings(struct stream *s, bool on)
{
	int err = 0;

	for (int ring = 0; ring < RINGS && !err; ring++) {
		int fd = trace_fd(session_trace(s->session), (enum ring_id)ring);

		if (fd < 0)
			continue;
		if (on)
			err = loop_add(&s->loop, fd, EPOLLIN, on_ring, s);
		else
			loop_remove(&s->loop, fd);
	}
	return err;
}

static uint64_t patience(const struct stream *s, bool stalled)
{
	uint64_t wait = stalled ? UINT64_MAX : session_patience(s->session);
	uint64_t now = boot_now_ns(), timers = timers_patience(&s->timers, now);

	if (timers < wait)
		wait = timers;
	if (!s->end_ns)
		return wait;
	if (now >= s->end_ns)
		return 0;
	return s->end_ns - now < wait ? s->end_ns - now : wait;
}

int stream_loop(struct stream *s)
{
	bool stalled = false;
	int err = watch_rings(s, true);

	while (!err && !s->done && !s->loop.ended) {
		bool full = stream_is_stalled(s);

		if (full != stalled)
			err = watch_rings(s, stalled);
		stalled = full;
		if (s->end_ns && boot_now_ns() >= s->end_ns)
			break;
		if (!err)
			err = loop_round(&s->loop, patience(s, stalled));
		if (!err)
			pump(s);
		if (!err && !s->done) {
			timers_run(&s->timers, boot_now_ns());
			flush(s);
		}
		if (!err && s->round)
			s->round(s->round_arg);
	}
	return err;
}

/*
 * What is formatted is for the reader to take, and without a hurry if time or
 * count ended us. After a signal a reader that does not read has a second; a
 * second signal ends the wait at once.
 */
void stream_drain(struct stream *s)
{
	uint64_t now = boot_now_ns();
	uint64_t until = s->loop.ended ? now + DRAIN_NS : UINT64_MAX;

	s->loop.ended = false;
	flush(s);
	while (s->out_waits && !s->out.err && !s->loop.ended && now < until) {
		if (loop_round(&s->loop, until == UINT64_MAX ? until : until - now))
			break;
		now = boot_now_ns();
	}
	if (s->out.buf.len && !s->out.err)
		say("%zu bytes of output were not written: the reader does not read",
		    s->out.buf.len);
}

void stream_stop(struct stream *s)
{
	if (!s->err && !s->done && !stream_is_stalled(s))
		s->err = session_stop(s->session);
	watch_rings(s, false);
}

void stream_finish(struct stream *s)
{
	if (s->begun && s->sink.ops->end && !s->out.err)
		s->sink.ops->end(&s->sink, &s->out.buf);
	journaling_finish(s->journal, &s->loop, &s->timers);
	stream_drain(s);
	if (s->options->stats)
		stream_say_stats(s);
}

int stream_status(const struct stream *s, int err)
{
	if (s->out.err && s->out.err != -EPIPE) {
		say("output failed: %s", strerror(-s->out.err));
		return STATUS_OUTPUT;
	}
	if (s->out.err || (!err && s->err >= 0))
		return STATUS_OK;
	say("tracing failed: %s", strerror(-(err ? err : s->err)));
	return STATUS_NO_TRACING;
}

int stream_start(struct stream *s)
{
	int err;

	if (s->options->has_duration)
		s->end_ns = boot_after_ns(s->options->duration_ns);
	if (!s->begins_late)
		begin(s);
	filter_early(s);
	err = session_start(s->session);
	/* Now, if nothing was there to tell: later it would forget whom it follows. */
	if (!err && !s->host_netns_known)
		learn_host_netns(s);
	flush(s);
	return err;
}

static int open_output(struct stream *s, int fd)
{
	int err = 0;

	out_open(&s->out, fd);
	/* A plain file is always ready, and epoll refuses it. */
	if (fd >= 0)
		err = loop_add(&s->loop, s->out.fd, 0, on_output, s);
	if (err && err != -EPERM) {
		say("the output cannot be written to: %s", strerror(-err));
		return STATUS_OUTPUT;
	}
	s->sink = (struct sink){
		.ops = s->options->output,
		.enrich = s->enrich,
		.columns = s->options->columns,
		.color = stream_options_color(s->options, fd),
		.width = terminal_width(fd),
		.long_lived = s->long_lived,
		.arg = s->sink_arg,
	};
	return STATUS_OK;
}

int stream_open(struct stream *s, int fd, struct coverage *coverage)
{
	int status;

	s->enrich = enrich_new(s->options->numeric);
	if (!s->enrich) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	status = open_output(s, fd);
	if (status)
		return status;
	if (s->options->journal)
		s->journal = journaling_open(&s->loop, &s->timers);
	status = session_open(&s->session, &s->options->wants, coverage, tell, s);
	if (!status)
		return stream_say_coverage(s, coverage);
	if (!s->has_other_way)
		say("%s", coverage->why);
	return status;
}

void stream_close(struct stream *s)
{
	session_close(s->session);
	journaling_close(s->journal);
	enrich_free(s->enrich);
	out_free(&s->out);
}
