// SPDX-License-Identifier: GPL-2.0-only
#include "trace/ladder.h"

#include "model/event.h"
#include "trace/rungs.h"

#include <stdio.h>
#include <string.h>

static const char *const events[CAPABILITIES] = {
	[CAPABILITY_TCP_OPEN] = "open tcp",
	[CAPABILITY_TCP_CLOSE] = "close tcp",
	[CAPABILITY_TCP_SHUT] = "shut tcp",
	[CAPABILITY_UDP_OPEN] = "open udp",
	[CAPABILITY_UDP_CLOSE] = "close udp",
	[CAPABILITY_CHANGE] = "change",
	[CAPABILITY_SCTP] = "sctp",
	[CAPABILITY_CONNECTIONS] = "connections",
	[CAPABILITY_OLD_END] = "old ends",
	[CAPABILITY_ACCEPTOR] = "acceptor",
	[CAPABILITY_UDP_CONNECT] = "connect udp",
	[CAPABILITY_UDP_END] = "end udp",
	[CAPABILITY_BIND] = "bind",
	[CAPABILITY_AUTOBIND] = "autobind",
	[CAPABILITY_FAIL] = "fail",
	[CAPABILITY_DESCENDANTS] = "descendants",
};

const struct attempt *coverage_holds(const struct capability_state *state)
{
	for (size_t i = 0; i < state->n_attempts; i++)
		if (state->attempts[i].holds)
			return &state->attempts[i];
	return NULL;
}

static bool asks(const struct ladder_wants *wants, uint32_t records)
{
	return wants->events & records;
}

#define RECORD_BIT(record) (1u << (record))

static bool wanted(const struct ladder_wants *w, enum capability capability)
{
	const uint32_t connect = RECORD_BIT(RECORD_CONNECT), accept = RECORD_BIT(RECORD_ACCEPT),
		       end = RECORD_BIT(RECORD_END), state = RECORD_BIT(RECORD_STATE),
		       fail = RECORD_BIT(RECORD_FAIL), bind = RECORD_BIT(RECORD_BIND);

	switch (capability) {
	case CAPABILITY_CHANGE:
		return w->tcp && asks(w, RECORD_BIT(RECORD_CHANGE));
	case CAPABILITY_SCTP:
		return w->sctp;
	case CAPABILITY_CONNECTIONS:
		return w->tcp && asks(w, connect | accept | end | state | fail);
	case CAPABILITY_OLD_END:
		return w->tcp && asks(w, end);
	case CAPABILITY_ACCEPTOR:
		return w->tcp && asks(w, accept | end);
	case CAPABILITY_UDP_CONNECT:
		return w->udp && asks(w, connect | end);
	case CAPABILITY_UDP_END:
		return w->udp && asks(w, end);
	case CAPABILITY_BIND:
		return w->tcp && asks(w, bind);
	case CAPABILITY_AUTOBIND:
		return asks(w, bind);
	case CAPABILITY_FAIL:
		return asks(w, fail);
	case CAPABILITY_DESCENDANTS:
		return w->descendants;
	case CAPABILITY_UDP_OPEN:
	case CAPABILITY_UDP_CLOSE:
		return w->udp;
	case CAPABILITY_TCP_SHUT:
		return w->tcp && !w->no_shut;
	default:
		return w->tcp;
	}
}

void ladder_init(struct ladder *ladder, struct coverage *coverage, const struct ladder_wants *wants)
{
	*ladder = (struct ladder){ .coverage = coverage, .unskippable = wants->unskippable };
	*coverage = (struct coverage){ 0 };
	for (int i = 0; i < CAPABILITIES; i++) {
		coverage->states[i].event = events[i];
		coverage->states[i].wanted = wanted(wants, (enum capability)i);
	}
	for (size_t i = 0; i < rungs_n; i++) {
		struct capability_state *state = &coverage->states[rungs[i].capability];
		struct attempt *attempt = &state->attempts[state->n_attempts++];

		*attempt = (struct attempt){ .backend = rungs[i].backend, .hooks = rungs[i].hooks };
		if (wants->backend && strcmp(wants->backend, rungs[i].backend) != 0 &&
		    rungs[i].capability != CAPABILITY_DESCENDANTS)
			snprintf(attempt->why, sizeof(attempt->why), "not asked for (--hooks %s)",
				 wants->backend);
	}
}

/* The attempt that belongs to a rung: both tables are in the same order. */
static struct attempt *attempt_of(const struct ladder *ladder, size_t rung)
{
	struct capability_state *state = &ladder->coverage->states[rungs[rung].capability];
	size_t at = 0;

	for (size_t i = 0; i < rung; i++)
		at += rungs[i].capability == rungs[rung].capability;
	return &state->attempts[at];
}

static bool may_be_skipped(uint64_t set)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (set & PROGRAM_BIT(i) && program_may_be_skipped((enum program)i))
			return true;
	return false;
}

/* The first rung of this capability that has not failed; rungs_n: none. */
static size_t best_rung(const struct ladder *ladder, enum capability capability)
{
	size_t best = rungs_n;

	if (!ladder->coverage->states[capability].wanted)
		return rungs_n;
	for (size_t i = 0; i < rungs_n; i++) {
		if (rungs[i].capability != capability || rungs[i].programs & ladder->failed ||
		    *attempt_of(ladder, i)->why)
			continue;
		if (!ladder->unskippable || !may_be_skipped(rungs[i].programs))
			return i;
		if (best == rungs_n)
			best = i;
	}
	return best;
}

uint64_t ladder_plan(const struct ladder *ladder)
{
	uint64_t set = 0;

	for (int i = 0; i < CAPABILITIES; i++) {
		size_t rung = best_rung(ladder, (enum capability)i);

		if (rung < rungs_n)
			set |= rungs[rung].programs;
	}
	/* One that does another's work as well takes its place. */
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].instead != (enum program)i &&
		    set & PROGRAM_BIT(programs[i].instead))
			set &= ~PROGRAM_BIT(i);
	return set;
}

void ladder_fail(struct ladder *ladder, enum program program, const char *why)
{
	ladder->failed |= PROGRAM_BIT(program);
	for (size_t i = 0; i < rungs_n; i++) {
		struct attempt *attempt = attempt_of(ladder, i);

		if (rungs[i].programs & PROGRAM_BIT(program) && !*attempt->why)
			snprintf(attempt->why, sizeof(attempt->why), "%s", why);
	}
}

bool ladder_uses(const struct ladder *ladder, enum capability capability, enum program program)
{
	size_t rung = best_rung(ladder, capability);

	return rung < rungs_n && rungs[rung].programs & PROGRAM_BIT(program);
}

void ladder_done(struct ladder *ladder)
{
	for (int i = 0; i < CAPABILITIES; i++) {
		size_t rung = best_rung(ladder, (enum capability)i);

		if (rung == rungs_n)
			continue;
		attempt_of(ladder, rung)->holds = true;
		ladder->coverage->states[i].note = rungs[rung].note;
	}
}
