/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running `porttrace -j`: start it, wait for its lines, ask what it told.
 *
 * Ports from MARKER_FIRST on belong to the harness (marker.c): it opens listeners
 * there to learn that the tracer streams, or that all earlier events have come.
 * Events of namespaces the test did not name are dropped.
 */
#ifndef LIVE_TRACER_H
#define LIVE_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "event.h"

#define MARKER_FIRST 61000
#define LAUNCH_ARGS 16

/* How to start it. */
struct launch {
	const char *command;           /* "wait"; NULL: none, that is to watch */
	const char *args[LAUNCH_ARGS]; /* ended by NULL */
	bool in_test_netns;            /* instead of the namespace the suite was started in */
	bool text;                     /* no -j: lines are kept, not parsed */
	bool no_lines;                 /* many events: keep the parsed heads alone */
	const char *output;            /* a file for stdout instead of the pipe */
	bool as_nobody;                /* with these capabilities alone, by their bits */
	unsigned long long caps;
};

struct tracer {
	pid_t pid; /* 0: has ended and was waited for */
	int status;
	int out;
	int err;
	bool text;
	bool no_lines;
	bool no_close; /* closes were not asked for */
	char *buf;     /* the beginning of a line, in text mode everything */
	size_t len;
	size_t size;
	char errors[32768];
	size_t errors_len;
	struct event **events;
	size_t count;
	size_t room;
	unsigned long netns[4];
	int marker_told; /* the last marker an open, existing or close was told of */
	int marker_open;
	int marker_close;
	int marker_end; /* the last of sync_connections(), told as ended */
};

/* Starts `porttrace -j` and waits until it streams. */
struct tracer *tracer_start(void);

/* The same with -e LIST, which must have open and close in it. */
struct tracer *tracer_start_events(const char *events);

/* Starts it, without waiting. */
struct tracer *tracer_launch(const struct launch *launch);
void tracer_ready(struct tracer *tracer);

/* The same of the test's own namespace alone: others on this host may flood, too. No lines are kept. */
struct tracer *tracer_start_own(const char *events);

/* Events of this namespace are of interest, too. */
void tracer_add_netns(struct tracer *tracer, unsigned long inode);

/* Reads what comes within the time: 1 something came, 0 nothing, -1 stdout has ended. */
int tracer_pump(struct tracer *tracer, int timeout);

/* The same, for a tracer that has no business to end. */
int tracer_pump_alive(struct tracer *tracer, int timeout);

/* The rest of what it said on stderr, once it has ended; tracer_wait() does it. */
void tracer_read_rest(struct tracer *tracer);

/* The next event of that name and port not yet taken. Fails the test at the deadline. */
const struct event *tracer_expect(struct tracer *tracer, const char *name, int port);

/* The same, NULL when it does not come within the time. */
const struct event *tracer_await(struct tracer *tracer, const char *name, int port, int timeout);

/* All that happened before this call has been read when it returns. */
void tracer_sync(struct tracer *tracer);

/* The same where events may be lost, the marker's among them: tries one after the other. */
void tracer_resync(struct tracer *tracer);

/*
 * All events of connections and of ports have been read when it returns: each
 * kind has a ring of its own. The tracer must have been asked for `end`.
 */
void tracer_sync_all(struct tracer *tracer);

/* The same where events may be lost. */
void tracer_resync_all(struct tracer *tracer);

/* After a sync: the events of the port were exactly these ("open,close"), in this order. */
void tracer_history(struct tracer *tracer, int port, const char *want);

/* The first event of that name and remote port, NULL if none has been read. */
const struct event *tracer_with_remote(const struct tracer *tracer, const char *name, int port);

/* How many events of that name (NULL: any) and port (0: any) have been read. */
unsigned int tracer_count(const struct tracer *tracer, const char *name, int port);

void tracer_signal(struct tracer *tracer, int sig);

/* Waits for its end: the exit status, 128 + N for a signal. Its errors are all there then. */
int tracer_wait(struct tracer *tracer);

/* Ends every tracer of this test: each must exit with 0. */
void tracer_finish_all(void);

/*
 * Whether a tracer of this test tells, within a time, that the kernel skipped a
 * hook: what did not come then is no fault of the tracer's.
 */
bool tracer_tells_of_skips(void);

/* The last events of every tracer of this test, for a failure's message. */
void tracer_describe_all(char *text, size_t size);

#endif
