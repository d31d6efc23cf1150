// SPDX-License-Identifier: GPL-2.0-only
/* The rings at work: when they are looked at, and who wakes whom. */
#include "base/loop.h"
#include "session/session_internal.h"

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

/*
 * Also without any event: runs of a hook that the kernel skipped are only seen
 * by asking. It skips none of a cgroup program: with those alone nobody asks.
 */
#define IDLE_TICK_NS (1000 * NSEC_PER_MSEC)

/* Records before somebody looks at the output again. */
#define PUMP_MAX 512

static bool apply_next(const struct decoded *record, const void *raw, void *arg)
{
	struct session *session = arg;

	(void)raw;
	session_apply(session, record);
	return ++session->pumped < PUMP_MAX;
}

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

	session->behind = ports >= PUMP_MAX;
	if (ports >= 0)
		conns = pump_ring(session, RING_CONNS);
	if (ports < 0 || conns < 0)
		return ports < 0 ? ports : conns;
	look_for_waiting(session);
	session_look_for_losses(session);
	session->resync_due &= !session->no_snapshot;
	if (session->resync_due && boot_now_ns() >= session->resync_at_ns)
		err = session_resync(session);
	return err ? err : ports + conns;
}

bool session_is_behind(const struct session *session)
{
	return session->behind || session->resync_due;
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
	uint64_t wait = UINT64_MAX;

	if (session->asks_waiting)
		wait = WAITING_GAP_NS;
	else if (trace_must_look(session->trace))
		wait = IDLE_TICK_NS;
	for (int ring = 0; ring < RINGS; ring++)
		if (session->bursts[ring].polling && burst_rules[ring].tick_ns < wait)
			wait = burst_rules[ring].tick_ns;
	if (session->resync_due && session->resync_at_ns) {
		uint64_t now = boot_now_ns(), left = 0;

		if (session->resync_at_ns > now)
			left = session->resync_at_ns - now;
		if (left < wait)
			wait = left;
	}
	return wait;
}
