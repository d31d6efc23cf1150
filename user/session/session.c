// SPDX-License-Identifier: GPL-2.0-only
#include "session/session_internal.h"

#include "base/buf.h"
#include "base/libc.h"
#include "base/log.h"
#include "base/loop.h"
#include "model/connections.h"
#include "session/gaps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Comparing with the kernel's tables is not free, so not more often than this. */
#define RESYNC_GAP_NS (250 * NSEC_PER_MSEC)

#define MMAP_THRESHOLD (128 * 1024)

int session_open(struct session **out, const struct trace_wants *wants, struct coverage *coverage,
		 event_fn tell, void *arg)
{
	struct session *session = calloc(1, sizeof(*session));
	int err;

	if (!session) {
		snprintf(coverage->why, sizeof(coverage->why), "out of memory");
		return STATUS_NO_TRACING;
	}
	/*
	 * Without this the kernel's BTF, megabytes that are freed at once, raises
	 * the threshold, and the next ones stay in the heap for good (mallopt(3)).
	 */
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
	/* One heap, which is trimmed: the thread that loads the snapshot would leave another. */
	mallopt(M_ARENA_MAX, 1);
	session->tell = tell;
	session->arg = arg;
	session->asks_waiting = wants->events & 1u << RECORD_ACCEPT;
	session->procs = procs_new();
	if (session->procs)
		session->ports = ports_new(session->procs, tell, arg);
	err = session->ports ? trace_open(&session->trace, wants, coverage) : -ENOMEM;
	if (err) {
		if (!*coverage->why)
			snprintf(coverage->why, sizeof(coverage->why), "%s", strerror(-err));
		session_close(session);
		return STATUS_NO_TRACING;
	}
	*out = session;
	return STATUS_OK;
}

void session_close(struct session *session)
{
	if (!session)
		return;
	trace_close(session->trace);
	ports_free(session->ports);
	procs_free(session->procs);
	free(session);
}

struct procs *session_procs(struct session *session)
{
	return session->procs;
}

struct trace *session_trace(struct session *session)
{
	return session->trace;
}

void session_losses(const struct session *session, const struct trace_counters **counters,
		    const struct trace_misses **misses)
{
	*counters = &session->last;
	*misses = &session->misses;
}

struct ports *session_ports(struct session *session)
{
	return session->ports;
}

void session_set_past(struct session *session, struct past *past)
{
	session->past = past;
}

void session_compare(struct session *session)
{
	session->resync_due = true;
}

void session_apply(struct session *session, const struct decoded *record)
{
	int err;

	if (record->type == DECODED_PORT)
		err = ports_apply(session->ports, record);
	else if (record->type == DECODED_CONN)
		err = connections_apply(session->ports, record);
	else
		err = procs_told(session->procs, record);
	if (err) /* out of memory: what this record said is gone, the tables know */
		session->resync_due = true;
}

/* --- what happened while the tables were read ---------------------------- */

/* Records put aside until the snapshot they overlap is told. */
struct aside {
	struct session *session;
	uint64_t until_ns; /* what happened later can wait */
	struct buf records;
	struct socket_set opened; /* sockets whose opening is among them */
	struct socket_set closed;
};

static bool put_aside(const struct decoded *record, const void *raw, void *arg)
{
	struct aside *aside = arg;

	buf_put(&aside->records, raw, record->size);
	/* Records start at multiples of 8 in the ring, and are taken from here as from there. */
	buf_fill(&aside->records, '\0', -record->size & 7);
	if (record->type != DECODED_PORT)
		return true;
	if (record->kind == RECORD_OPEN)
		socket_set_add(&aside->opened, &record->socket);
	else if (record->kind == RECORD_CLOSE)
		socket_set_add(&aside->closed, &record->socket);
	return record->time_ns < aside->until_ns;
}

static int fill_aside(struct aside *aside)
{
	aside->until_ns = boot_now_ns();
	return trace_consume(aside->session->trace, RING_PORTS, put_aside, aside);
}

static void apply_aside(struct aside *aside)
{
	const char *data = aside->records.data;
	size_t at = 0, len = aside->records.len;
	struct decoded record;

	while (at < len && !decode(data + at, len - at, &record)) {
		session_apply(aside->session, &record);
		at += (record.size + 7) & ~(size_t)7;
	}
}

static void aside_init(struct aside *aside, struct session *session)
{
	*aside = (struct aside){ .session = session };
}

static void aside_free(struct aside *aside)
{
	buf_free(&aside->records);
	socket_set_free(&aside->opened);
	socket_set_free(&aside->closed);
}

static void say_gaps(struct session *session, const struct snapshot_gaps *gaps)
{
	if (gaps->shut_unseen && !session->shut_said)
		say("a listener older than the trace that is shut down without being closed is told "
		    "when it is closed: this kernel has no function entries, and cannot flag it "
		    "(since v6.12)");
	session->shut_said |= gaps->shut_unseen;
	if (!session->gap_said)
		session->gap_said = say_unread_netns(gaps);
}

static int take_snapshot(struct session *session, struct snapshot *snapshot,
			 struct snapshot_gaps *gaps)
{
	int err;

	snapshot_init(snapshot, session->procs);
	err = trace_snapshot(session->trace, session->procs, snapshot, gaps);
	if (err == -EOPNOTSUPP) {
		say("what was open before is not shown, and what is lost is not found again: this "
		    "kernel has no types of its own (CONFIG_DEBUG_INFO_BTF)");
		session->no_snapshot = true;
		err = 0;
	}
	say_gaps(session, gaps);
	return err;
}

/* As in drop_missing(), what is gone must be missing twice. */
static int compare_past(struct session *session, const struct snapshot *first,
			const struct snapshot_gaps *gaps)
{
	struct snapshot second;
	struct snapshot_gaps more;
	int err = 0;

	if (!session->past || session->no_snapshot)
		return 0;
	past_look(session->past, first);
	if (past_any_missing(session->past)) {
		err = take_snapshot(session, &second, &more);
		if (!err)
			past_look(session->past, &second);
		snapshot_free(&second);
	}
	if (!err)
		past_tell_closed(session->past, gaps->netns, session->tell, session->arg);
	return err;
}

int session_start(struct session *session)
{
	struct snapshot_gaps gaps;
	struct snapshot snapshot;
	struct aside aside;
	int err;

	aside_init(&aside, session);
	trace_snapshotting(session->trace, true);
	trace_start(session->trace);
	err = take_snapshot(session, &snapshot, &gaps);
	if (!err)
		err = compare_past(session, &snapshot, &gaps);
	trace_snapshotting(session->trace, false);
	if (!err)
		err = fill_aside(&aside);
	if (err >= 0)
		err = ports_load(session->ports, &snapshot, EVENT_EXISTING, &aside.opened);
	if (!err && session->past)
		past_restore(session->past, session->ports);
	if (!err)
		apply_aside(&aside);
	session->past = NULL;
	aside_free(&aside);
	snapshot_free(&snapshot);
	malloc_trim(0);
	return err;
}

/* --- after a loss -------------------------------------------------------- */

/*
 * What the tables do not show must be missing from two runs in a row: an
 * iterator that is resumed in a bucket that changed may skip a socket.
 */
static int drop_missing(struct session *session, const struct snapshot *first,
			const struct aside *aside, uint64_t before_ns)
{
	struct snapshot_gaps gaps;
	struct snapshot second;
	int err;

	if (!ports_any_missing(session->ports, first, before_ns))
		return 0;
	err = take_snapshot(session, &second, &gaps);
	if (!err)
		ports_drop_missing(session->ports, first, &second, &aside->closed, before_ns);
	snapshot_free(&second);
	return err;
}

int session_resync(struct session *session)
{
	uint64_t before_ns = boot_now_ns();
	struct snapshot_gaps gaps;
	struct snapshot snapshot;
	struct aside aside;
	int err;

	session->resync_due = false;
	session->resync_at_ns = before_ns + RESYNC_GAP_NS;
	aside_init(&aside, session);
	trace_snapshotting(session->trace, true);
	err = take_snapshot(session, &snapshot, &gaps);
	trace_snapshotting(session->trace, false);
	if (!err)
		err = fill_aside(&aside);
	if (err >= 0)
		err = drop_missing(session, &snapshot, &aside, before_ns);
	if (!err)
		err = ports_load(session->ports, &snapshot, EVENT_RECOVERED, &aside.opened);
	apply_aside(&aside);
	aside_free(&aside);
	snapshot_free(&snapshot);
	malloc_trim(0);
	return err;
}
