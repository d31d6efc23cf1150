// SPDX-License-Identifier: GPL-2.0-only
/* What could not be delivered is told, and ports are looked for again. */
#include "base/loop.h"
#include "session/session_internal.h"

#include <stdio.h>
#include <string.h>

/* Asking for skipped runs takes system calls. */
#define MISSES_GAP_NS (250 * NSEC_PER_MSEC)

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

/* Nobody has been told that it is not seen: when it was planned, it looked as if it would be. */
static void attach_late(struct session *session)
{
	int err = trace_attach_late(session->trace);
	char cause[128];
	struct event event = {
		.kind = EVENT_LOST,
		.time_ns = boot_now_ns(),
		.lost_kind = "sctp",
		.lost_cause = cause,
	};

	if (err > 0)
		session->resync_due = true;
	if (err >= 0)
		return;
	snprintf(cause, sizeof(cause), "cannot be seen from now on: its hook did not attach: %s",
		 strerror(-err));
	session->tell(&event, session->arg);
}

static void look_for_misses(struct session *session, const struct trace_counters *counters)
{
	struct trace_misses now;

	session->misses_at_ns = boot_now_ns() + MISSES_GAP_NS;
	attach_late(session);
	trace_misses(session->trace, &now);
	tell_lost(session, "unknown", "hook skipped: it was re-entered on its CPU",
		  now.ports - session->misses.ports, counters);
	tell_lost(session, "connection",
		  "hook skipped: it was re-entered on its CPU; at most as many",
		  now.conns - session->misses.conns, counters);
	tell_lost(session, "process", "fork skipped: ports of a descendant may be missing",
		  now.forks - session->misses.forks, counters);
	if (now.forks != session->misses.forks) {
		trace_follow_again(session->trace);
		session->resync_due = true;
	}
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
	tell_lost(session, record_kind_name(kind),
		  kind == RECORD_TASK ?
			  "table of processes full: ports of a descendant may be missing" :
			  "table of sockets full: an end may go unseen",
		  map, now);
	if ((ring || map) && kind >= RECORD_OPEN && kind <= RECORD_CHANGE)
		session->resync_due = true;
	return ring || map;
}

void session_look_for_losses(struct session *session)
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
