/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the ladder and of its tables share: what is asked for, and one ladder. */
#ifndef UNIT_LADDERS_H
#define UNIT_LADDERS_H

#include "unit.h"

#include "trace/ladder.h"
#include "trace/rungs.h"

#define BIT(program) PROGRAM_BIT(program)
/* What sees the binds of UDP, and whether each asks for a port. */
#define CG_UDP_BINDS                                                                 \
	(BIT(PROGRAM_POST_BIND4) | BIT(PROGRAM_POST_BIND6) | BIT(PROGRAM_CG_ASKS4) | \
	 BIT(PROGRAM_CG_ASKS6))
#define ASKED(record) (1u << RECORD_##record)

#define PORT_EVENTS (ASKED(OPEN) | ASKED(CLOSE))
#define ALL_EVENTS (((1u << RECORD_KINDS) - 1) & ~ASKED(TASK))

static const struct ladder_wants ports = { .events = PORT_EVENTS, .tcp = true, .udp = true };
static const struct ladder_wants changes = { .events = PORT_EVENTS | ASKED(CHANGE),
					     .tcp = true,
					     .udp = true };
static const struct ladder_wants everything = {
	.events = ALL_EVENTS, .tcp = true, .udp = true, .sctp = true, .descendants = true
};

static struct ladder ladder;
static struct coverage coverage;

static inline void begin(const struct ladder_wants *wants)
{
	ladder_init(&ladder, &coverage, wants);
}

static inline void begin_with(const char *backend)
{
	struct ladder_wants wants = everything;

	wants.backend = backend;
	begin(&wants);
}

static inline const struct attempt *held_by(enum capability capability)
{
	return coverage_holds(&coverage.states[capability]);
}

static inline void assert_holds(enum capability capability, const char *backend)
{
	const struct attempt *attempt;

	ladder_done(&ladder);
	attempt = held_by(capability);
	if (!backend) {
		assert_null(attempt);
		return;
	}
	assert_non_null(attempt);
	assert_string_equal(attempt->backend, backend);
}

#endif
