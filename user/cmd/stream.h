/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session, and events on their way out of it: enriched, filtered, printed. What
 * watch, wait and run are, but for what begins and ends them.
 */
#ifndef PORTTRACE_CMD_STREAM_H
#define PORTTRACE_CMD_STREAM_H

#include "base/loop.h"
#include "base/out.h"
#include "base/timers.h"
#include "cmd/stream_options.h"
#include "service/journaling.h"
#include "session/session.h"

struct stream {
	/* The command's, before stream_open(); the rest is zero then. */
	struct stream_options *options; /* borrowed */
	/* Whether an event is printed, once it is enriched; NULL: if the filter lets it pass. */
	bool (*takes)(const struct event *event, void *arg);
	void *arg;
	/*
	 * Sees every event first, before it is enriched or filtered, and may change it;
	 * false: it goes no further. With it nothing is filtered in the kernel. NULL: none.
	 */
	bool (*first)(struct event *event, void *arg);
	void *first_arg;
	/*
	 * Sees every event once it is enriched, also what is not to be printed (passes:
	 * whether it is), and may change it; returns whether it is printed. NULL: none.
	 */
	bool (*judges)(struct event *event, bool passes, void *arg);
	void *judges_arg;
	bool long_lived; /* its table says which day it is */
	/* After all that a round of the loop does; NULL: nothing more. */
	void (*round)(void *arg);
	void *round_arg;
	void *sink_arg;       /* of a sink that is the command's own */
	bool outlives_output; /* a reader that leaves, or a full disk, does not end it */
	bool has_other_way;   /* where there is no session, which is not said then */
	bool begins_late;     /* the sink's first words come with the first event */

	/* What it is at work with. */
	struct loop loop;
	struct timers timers; /* run in stream_loop(), after what the rings had is told */
	struct session *session;
	struct enrich *enrich;
	struct sink sink;
	struct out out;
	struct journal *journal; /* NULL: not asked for */
	bool out_waits;          /* the output is in the loop, until it is writable */
	bool host_netns_known;
	bool begun;      /* the sink's first words are said */
	bool done;       /* set by anybody: the loop ends */
	int err;         /* of the session */
	uint64_t told;   /* events that count for --count */
	uint64_t end_ns; /* 0: none */
};

/*
 * Attaches, for events to be printed to fd (-1: its sink prints nothing), and says what cannot be
 * seen here.
 * The loop is initialised before. An exit status; on failure it has said why.
 */
int stream_open(struct stream *stream, int fd, struct coverage *coverage);
/* What is open now, as far as it is asked for; from now on nothing is missed. 0 or -errno. */
int stream_start(struct stream *stream);
/* Until something ends it. 0 or -errno. */
int stream_loop(struct stream *stream);
/* What happened before this is told, unless it is done; then the kernel side falls silent. */
void stream_stop(struct stream *stream);
/* The reader of the output is so slow that no event is taken at all. */
bool stream_is_stalled(const struct stream *stream);
/* As if it came from the session. */
void stream_tell(struct stream *stream, const struct event *event);
/* An event of the command's own that counts for --count. */
void stream_report(struct stream *stream, const struct event *event);
/* The same without counting. */
void stream_print(struct stream *stream, const struct event *event);
/* Ports opened or closed that were not told yet, or, where the reader is slow, may have. */
bool stream_is_behind(const struct stream *s);
/* Where a line of the command's own goes that is no event, behind the sink's first words. */
struct buf *stream_text(struct stream *stream);
/* Waits until the reader has taken what is formatted; not for ever after a signal. */
void stream_drain(struct stream *stream);
/* The sink's last words, and everything is written. */
void stream_finish(struct stream *stream);
/* The exit status, for what stream_start() or stream_loop() returned; says what went wrong. */
int stream_status(const struct stream *stream, int err);
void stream_close(struct stream *stream);

#endif
