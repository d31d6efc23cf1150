// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/session.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/loop.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_MSEC 1000000ULL

/*
 * In a burst the kernel side stops waking us (a wake-up costs it more than the
 * event does), and we come every millisecond. It begins with this many records
 * in one tick, and ends after a few ticks that had fewer.
 */
#define BURST_TICK_NS NSEC_PER_MSEC
#define BURST_RECORDS 16
#define BURST_CALM_TICKS 8

/* Also without any event: hook misses are only seen by asking. */
#define IDLE_TICK_NS (1000 * NSEC_PER_MSEC)

/* Comparing with the kernel's tables is not free, so not more often than this. */
#define RESYNC_GAP_NS (250 * NSEC_PER_MSEC)

/* Asking for skipped runs takes system calls. */
#define MISSES_GAP_NS (250 * NSEC_PER_MSEC)

/* Records before somebody looks at the output again. */
#define PUMP_MAX 512

#define MMAP_THRESHOLD (128 * 1024)

struct session {
	struct trace *trace;
	struct procs *procs;
	struct ports *ports;
	event_fn tell;
	void *arg;
	struct trace_counters last;
	struct trace_misses misses;
	uint64_t misses_at_ns; /* not to be asked for before */
	bool polling;
	unsigned int calm; /* ticks in a row that were no burst */
	uint64_t tick_ns;  /* when this tick began */
	unsigned int tick_records;
	bool resync_due;
	uint64_t resync_at_ns; /* not before */
	bool gap_said;
	bool shut_said;
	unsigned int pumped; /* records in this pump */
};

int session_open(struct session **out, const struct trace_wants *wants, struct coverage *coverage,
		 event_fn tell, void *arg)
{
	struct session *session = calloc(1, sizeof(*session));
	int err;

	if (!session) {
		say("out of memory");
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
	session->procs = procs_new();
	if (session->procs)
		session->ports = ports_new(session->procs, tell, arg);
	err = session->ports ? trace_open(&session->trace, wants, coverage) : -ENOMEM;
	if (err) {
		say("%s", *coverage->why ? coverage->why : strerror(-err));
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

struct trace *session_trace(struct session *session)
{
	return session->trace;
}

static void apply(struct session *session, const struct decoded *record)
{
	int err;

	if (record->type == DECODED_PORT)
		err = ports_apply(session->ports, record);
	else
		err = procs_told(session->procs, record);
	if (err) /* out of memory: what this record said is gone, the tables know */
		session->resync_due = true;
}

static bool apply_next(const struct decoded *record, const void *raw, void *arg)
{
	struct session *session = arg;

	(void)raw;
	apply(session, record);
	return ++session->pumped < PUMP_MAX;
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
	return trace_consume(aside->session->trace, put_aside, aside);
}

static void apply_aside(struct aside *aside)
{
	const char *data = aside->records.data;
	size_t at = 0, len = aside->records.len;
	struct decoded record;

	while (at < len && !decode(data + at, len - at, &record)) {
		apply(aside->session, &record);
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
	if (!gaps->netns || session->gap_said)
		return;
	session->gap_said = true;
	say("%u network namespaces could not be read (%s): what was open in them before is shown "
	    "only where a process holds it",
	    gaps->netns,
	    gaps->err == -ENOENT ? "this pid namespace hides their processes: run in the host's" :
	    gaps->err == -EPERM  ? "entering one takes CAP_SYS_ADMIN" :
				   strerror(-gaps->err));
}

static int take_snapshot(struct session *session, struct snapshot *snapshot)
{
	struct snapshot_gaps gaps;
	int err;

	snapshot_init(snapshot, session->procs);
	err = trace_snapshot(session->trace, session->procs, snapshot, &gaps);
	say_gaps(session, &gaps);
	return err;
}

int session_start(struct session *session)
{
	struct snapshot snapshot;
	struct aside aside;
	int err;

	aside_init(&aside, session);
	trace_snapshotting(session->trace, true);
	trace_start(session->trace);
	err = take_snapshot(session, &snapshot);
	trace_snapshotting(session->trace, false);
	if (!err)
		err = fill_aside(&aside);
	if (err >= 0)
		err = ports_load(session->ports, &snapshot, EVENT_EXISTING, &aside.opened);
	if (!err)
		apply_aside(&aside);
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
	struct snapshot second;
	int err;

	if (!ports_any_missing(session->ports, first, before_ns))
		return 0;
	err = take_snapshot(session, &second);
	if (!err)
		ports_drop_missing(session->ports, first, &second, &aside->closed, before_ns);
	snapshot_free(&second);
	return err;
}

static int resync(struct session *session)
{
	uint64_t before_ns = boot_now_ns();
	struct snapshot snapshot;
	struct aside aside;
	int err;

	session->resync_due = false;
	session->resync_at_ns = before_ns + RESYNC_GAP_NS;
	aside_init(&aside, session);
	trace_snapshotting(session->trace, true);
	err = take_snapshot(session, &snapshot);
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

static void tell_lost(struct session *session, const char *kind, const char *cause, uint64_t count,
		      const struct trace_counters *now)
{
	struct event event = {
		.kind = EVENT_LOST,
		.time_ns = boot_now_ns(),
		.lost_kind = kind,
		.lost_cause = cause,
		.lost_count = count,
		.lost_from_ns = now->lost_from_ns,
		.lost_to_ns = now->lost_to_ns,
	};

	if (!count)
		return;
	session->resync_due = true;
	session->tell(&event, session->arg);
}

static void look_for_misses(struct session *session, const struct trace_counters *counters)
{
	struct trace_misses now;

	session->misses_at_ns = boot_now_ns() + MISSES_GAP_NS;
	trace_misses(session->trace, &now);
	tell_lost(session, "unknown", "hook skipped: it was re-entered on its CPU",
		  now.ports - session->misses.ports, counters);
	/* Most of these were about connections: the comparison tells. */
	if (now.others != session->misses.others)
		session->resync_due = true;
	session->misses = now;
}

static void look_for_losses(struct session *session)
{
	struct trace_counters now;

	trace_counters(session->trace, &now);
	for (int i = 0; i < RECORD_KINDS; i++) {
		const char *kind = record_kind_name((enum record_kind)i);

		tell_lost(session, kind, "ring full: the reader was too slow",
			  now.lost_ring[i] - session->last.lost_ring[i], &now);
		tell_lost(session, kind, "table of sockets full: a close may go unseen",
			  now.lost_map[i] - session->last.lost_map[i], &now);
	}
	tell_lost(session, "unknown", "record damaged", now.corrupt - session->last.corrupt, &now);
	if (boot_now_ns() >= session->misses_at_ns)
		look_for_misses(session, &now);
	if (session->resync_due)
		trace_loss_seen(session->trace);
	session->last = now;
}

/* --- the pump ------------------------------------------------------------ */

static void adapt(struct session *session, int taken)
{
	uint64_t now;

	if (!taken && !session->polling)
		return;
	session->tick_records += (unsigned int)taken;
	now = boot_now_ns();
	if (!session->polling && session->tick_records >= BURST_RECORDS &&
	    now - session->tick_ns < BURST_TICK_NS) {
		session->polling = true;
		session->calm = 0;
		trace_polling(session->trace, true);
	}
	if (now - session->tick_ns < BURST_TICK_NS)
		return;
	session->calm = session->tick_records < BURST_RECORDS ? session->calm + 1 : 0;
	session->tick_ns = now;
	session->tick_records = 0;
	if (session->polling && session->calm == BURST_CALM_TICKS)
		trace_polling(session->trace, false);
	/* One tick later: for a record that went without a wake-up just before. */
	if (session->polling && session->calm > BURST_CALM_TICKS)
		session->polling = false;
}

int session_pump(struct session *session)
{
	int taken, err = 0;

	session->pumped = 0;
	taken = trace_consume(session->trace, apply_next, session);
	if (taken < 0)
		return taken;
	adapt(session, taken);
	look_for_losses(session);
	if (session->resync_due && boot_now_ns() >= session->resync_at_ns)
		err = resync(session);
	return err ? err : taken;
}

/* Bounded by what the ring can hold: nothing comes after. */
int session_stop(struct session *session)
{
	int taken;

	trace_stop(session->trace);
	do
		taken = session_pump(session);
	while (taken > 0);
	return taken;
}

uint64_t session_patience(const struct session *session)
{
	if (session->polling)
		return BURST_TICK_NS;
	if (session->resync_due)
		return RESYNC_GAP_NS;
	return IDLE_TICK_NS;
}
