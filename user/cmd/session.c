// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/session.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/loop.h"
#include "model/connections.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_MSEC 1000000ULL

/*
 * In a burst the kernel side stops waking us (a wake-up costs it more than the
 * event does), and we come by ourselves, every tick. It begins with this many
 * records in one tick, and ends after a few ticks that had fewer. Ports are
 * woken for at once until there are many; connections soon are not.
 */
struct burst_rule {
	uint64_t tick_ns;
	unsigned int records;
};

static const struct burst_rule burst_rules[RINGS] = {
	[RING_PORTS] = { NSEC_PER_MSEC, 16 },
	[RING_CONNS] = { 2 * NSEC_PER_MSEC, 2 },
};

#define BURST_CALM_TICKS 8

/* How often connections nobody accepts are looked for. */
#define WAITING_GAP_NS (500 * NSEC_PER_MSEC)

/* Also without any event: hook misses are only seen by asking. */
#define IDLE_TICK_NS (1000 * NSEC_PER_MSEC)

/* Comparing with the kernel's tables is not free, so not more often than this. */
#define RESYNC_GAP_NS (250 * NSEC_PER_MSEC)

/* Asking for skipped runs takes system calls. */
#define MISSES_GAP_NS (250 * NSEC_PER_MSEC)

/* Records before somebody looks at the output again. */
#define PUMP_MAX 512

#define MMAP_THRESHOLD (128 * 1024)

/* Whether we come by ourselves, for one ring. */
struct burst {
	bool polling;
	unsigned int calm; /* ticks in a row that were no burst */
	uint64_t tick_ns;  /* when this tick began */
	unsigned int tick_records;
};

struct session {
	struct trace *trace;
	struct procs *procs;
	struct ports *ports;
	event_fn tell;
	void *arg;
	struct trace_counters last;
	struct trace_misses misses;
	uint64_t misses_at_ns; /* not to be asked for before */
	struct burst bursts[RINGS];
	uint64_t waiting_at_ns; /* not to be asked for before */
	bool asks_waiting;      /* accepts are told by who accepts */
	bool resync_due;
	uint64_t resync_at_ns; /* not before */
	bool no_snapshot;      /* this kernel gives none */
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
	session->asks_waiting = wants->events & 1u << RECORD_ACCEPT;
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
	else if (record->type == DECODED_CONN)
		err = connections_apply(session->ports, record);
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
	return trace_consume(aside->session->trace, RING_PORTS, put_aside, aside);
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
	if (err == -EOPNOTSUPP) {
		say("what was open before is not shown, and what is lost is not found again: this "
		    "kernel has no types of its own (CONFIG_DEBUG_INFO_BTF)");
		session->no_snapshot = true;
		err = 0;
	}
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

	if (count)
		session->tell(&event, session->arg);
}

static void look_for_misses(struct session *session, const struct trace_counters *counters)
{
	struct trace_misses now;

	session->misses_at_ns = boot_now_ns() + MISSES_GAP_NS;
	if (trace_attach_late(session->trace))
		session->resync_due = true;
	trace_misses(session->trace, &now);
	tell_lost(session, "unknown", "hook skipped: it was re-entered on its CPU",
		  now.ports - session->misses.ports, counters);
	tell_lost(session, "connection",
		  "hook skipped: it was re-entered on its CPU; at most as many",
		  now.conns - session->misses.conns, counters);
	if (now.ports != session->misses.ports)
		session->resync_due = true;
	/* Most of these were about connections: the comparison tells. */
	if (now.others != session->misses.others)
		session->resync_due = true;
	session->misses = now;
}

/* A port is state: what was lost of it is in the kernel's tables. A connection is not looked for. */
static bool look_for_lost_kind(struct session *session, enum record_kind kind,
			       const struct trace_counters *now)
{
	uint64_t ring = now->lost_ring[kind] - session->last.lost_ring[kind];
	uint64_t map = now->lost_map[kind] - session->last.lost_map[kind];

	tell_lost(session, record_kind_name(kind), "ring full: the reader was too slow", ring, now);
	tell_lost(session, record_kind_name(kind), "table of sockets full: an end may go unseen",
		  map, now);
	if ((ring || map) && kind >= RECORD_OPEN && kind <= RECORD_CHANGE)
		session->resync_due = true;
	return ring || map;
}

static void look_for_losses(struct session *session)
{
	struct trace_counters now;
	bool lost = false;

	trace_counters(session->trace, &now);
	for (int i = 0; i < RECORD_KINDS; i++)
		lost |= look_for_lost_kind(session, (enum record_kind)i, &now);
	if (now.corrupt != session->last.corrupt) {
		tell_lost(session, "unknown", "record damaged", now.corrupt - session->last.corrupt,
			  &now);
		session->resync_due = true;
	}
	if (boot_now_ns() >= session->misses_at_ns)
		look_for_misses(session, &now);
	if (lost || session->resync_due)
		trace_loss_seen(session->trace);
	session->last = now;
}

/* --- the pump ------------------------------------------------------------ */

static void adapt(struct session *session, enum ring_id ring, int taken)
{
	const struct burst_rule *rule = &burst_rules[ring];
	struct burst *burst = &session->bursts[ring];
	uint64_t now;

	if (!taken && !burst->polling)
		return;
	burst->tick_records += (unsigned int)taken;
	now = boot_now_ns();
	if (!burst->polling && burst->tick_records >= rule->records &&
	    now - burst->tick_ns < rule->tick_ns) {
		burst->polling = true;
		burst->calm = 0;
		trace_polling(session->trace, ring, true);
	}
	if (now - burst->tick_ns < rule->tick_ns)
		return;
	burst->calm = burst->tick_records < rule->records ? burst->calm + 1 : 0;
	burst->tick_ns = now;
	burst->tick_records = 0;
	if (burst->polling && burst->calm == BURST_CALM_TICKS)
		trace_polling(session->trace, ring, false);
	/* One tick later: for a record that went without a wake-up just before. */
	if (burst->polling && burst->calm > BURST_CALM_TICKS)
		burst->polling = false;
}

static int pump_ring(struct session *session, enum ring_id ring)
{
	int taken;

	session->pumped = 0;
	taken = trace_consume(session->trace, ring, apply_next, session);
	if (taken >= 0)
		adapt(session, ring, taken);
	return taken;
}

static void look_for_waiting(struct session *session)
{
	uint64_t now = boot_now_ns();

	if (!session->asks_waiting || now < session->waiting_at_ns)
		return;
	session->waiting_at_ns = now + WAITING_GAP_NS;
	trace_tell_waiting(session->trace);
}

int session_pump(struct session *session)
{
	int ports = pump_ring(session, RING_PORTS), conns = 0, err = 0;

	if (ports >= 0)
		conns = pump_ring(session, RING_CONNS);
	if (ports < 0 || conns < 0)
		return ports < 0 ? ports : conns;
	look_for_waiting(session);
	look_for_losses(session);
	session->resync_due &= !session->no_snapshot;
	if (session->resync_due && boot_now_ns() >= session->resync_at_ns)
		err = resync(session);
	return err ? err : ports + conns;
}

/* Bounded by what the rings can hold: nothing comes after. */
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
	uint64_t wait = session->asks_waiting ? WAITING_GAP_NS : IDLE_TICK_NS;

	for (int ring = 0; ring < RINGS; ring++)
		if (session->bursts[ring].polling && burst_rules[ring].tick_ns < wait)
			wait = burst_rules[ring].tick_ns;
	return session->resync_due && RESYNC_GAP_NS < wait ? RESYNC_GAP_NS : wait;
}
