// SPDX-License-Identifier: GPL-2.0-only
#include "trace/ladder.h"

#include <stdio.h>
#include <string.h>

#define BIT(program) (1u << (program))

const struct program_row ladder_programs[PROGRAMS] = {
	[PROGRAM_SOCKOPS] = { "cg_sockops", BY_CGROUP_ROOT },
	[PROGRAM_POST_BIND4] = { "cg_post_bind4", BY_CGROUP_ROOT },
	[PROGRAM_POST_BIND6] = { "cg_post_bind6", BY_CGROUP_ROOT },
	[PROGRAM_SOCK_RELEASE] = { "cg_sock_release", BY_CGROUP_ROOT },
	[PROGRAM_TP_STATE] = { "tp_state", BY_SECTION },
	[PROGRAM_SYS_LISTEN] = { "tp_sys_exit_listen", BY_SECTION },
	[PROGRAM_SYS_BIND] = { "tp_sys_exit_bind", BY_SECTION },
	[PROGRAM_LISTEN_START] = { "fe_listen_start", BY_FENTRY },
	[PROGRAM_LISTEN_STOP] = { "fe_listen_stop", BY_FENTRY },
	[PROGRAM_UDP_DESTROY4] = { "fe_udp_destroy4", BY_FENTRY },
	[PROGRAM_UDP_DESTROY6] = { "fe_udp_destroy6", BY_FENTRY },
	[PROGRAM_FLAG_OLD] = { "snap_tcp_flag", BY_SNAPSHOT },
};

struct rung {
	enum capability capability;
	const char *backend;
	const char *hooks;
	uint32_t programs;
	const char *note;
};

/* By capability, best first. */
static const struct rung rungs[] = {
	{ CAPABILITY_TCP_OPEN, "fentry", "inet_csk_listen_start", BIT(PROGRAM_LISTEN_START), NULL },
	{ CAPABILITY_TCP_OPEN, "cgroup", "sockops TCP_LISTEN_CB", BIT(PROGRAM_SOCKOPS), NULL },
	{ CAPABILITY_TCP_OPEN, "tracepoint", "sys_exit listen", BIT(PROGRAM_SYS_LISTEN),
	  "listeners of io_uring, of 32-bit callers and of the kernel are not seen to open" },
	{ CAPABILITY_TCP_CLOSE, "fentry", "inet_csk_listen_stop", BIT(PROGRAM_LISTEN_STOP), NULL },
	{ CAPABILITY_TCP_CLOSE, "cgroup", "sockops STATE_CB, sock_release",
	  BIT(PROGRAM_SOCKOPS) | BIT(PROGRAM_SOCK_RELEASE), NULL },
	{ CAPABILITY_TCP_CLOSE, "tracepoint", "inet_sock_set_state", BIT(PROGRAM_TP_STATE), NULL },
	{ CAPABILITY_TCP_SHUT, "fentry", "inet_csk_listen_stop", BIT(PROGRAM_LISTEN_STOP), NULL },
	{ CAPABILITY_TCP_SHUT, "cgroup", "STATE_CB, asked for by the snapshot",
	  BIT(PROGRAM_SOCKOPS) | BIT(PROGRAM_FLAG_OLD), NULL },
	{ CAPABILITY_TCP_SHUT, "tracepoint", "inet_sock_set_state", BIT(PROGRAM_TP_STATE),
	  "costs every TCP connection a little" },
	{ CAPABILITY_UDP_OPEN, "cgroup", "post_bind4, post_bind6",
	  BIT(PROGRAM_POST_BIND4) | BIT(PROGRAM_POST_BIND6), NULL },
	{ CAPABILITY_UDP_OPEN, "tracepoint", "sys_exit bind", BIT(PROGRAM_SYS_BIND),
	  "binds of io_uring and of 32-bit callers are not seen" },
	{ CAPABILITY_UDP_CLOSE, "fentry", "udp_destroy_sock, udpv6_destroy_sock",
	  BIT(PROGRAM_UDP_DESTROY4) | BIT(PROGRAM_UDP_DESTROY6),
	  "a port given up by connect(AF_UNSPEC) is told when its socket closes" },
	{ CAPABILITY_UDP_CLOSE, "cgroup", "sock_release", BIT(PROGRAM_SOCK_RELEASE),
	  "a port given up by connect(AF_UNSPEC) is told when its socket closes" },
	{ CAPABILITY_CHANGE, "tracepoint", "sys_exit listen", BIT(PROGRAM_SYS_LISTEN),
	  "slows every syscall of every process while attached" },
};

#define RUNGS (sizeof(rungs) / sizeof(*rungs))

static const char *const events[CAPABILITIES] = {
	[CAPABILITY_TCP_OPEN] = "open tcp",   [CAPABILITY_TCP_CLOSE] = "close tcp",
	[CAPABILITY_TCP_SHUT] = "shut tcp",   [CAPABILITY_UDP_OPEN] = "open udp",
	[CAPABILITY_UDP_CLOSE] = "close udp", [CAPABILITY_CHANGE] = "change",
};

const struct attempt *coverage_holds(const struct capability_state *state)
{
	for (size_t i = 0; i < state->n_attempts; i++)
		if (state->attempts[i].holds)
			return &state->attempts[i];
	return NULL;
}

void ladder_init(struct ladder *ladder, struct coverage *coverage, bool want_change,
		 const char *only_backend)
{
	*ladder = (struct ladder){ .coverage = coverage };
	*coverage = (struct coverage){ 0 };
	for (int i = 0; i < CAPABILITIES; i++) {
		coverage->states[i].event = events[i];
		coverage->states[i].wanted = i != CAPABILITY_CHANGE || want_change;
	}
	for (size_t i = 0; i < RUNGS; i++) {
		struct capability_state *state = &coverage->states[rungs[i].capability];
		struct attempt *attempt = &state->attempts[state->n_attempts++];

		*attempt = (struct attempt){ .backend = rungs[i].backend, .hooks = rungs[i].hooks };
		if (only_backend && strcmp(only_backend, rungs[i].backend) != 0)
			snprintf(attempt->why, sizeof(attempt->why), "not asked for (--hooks %s)",
				 only_backend);
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

/* The first rung of this capability that has not failed; RUNGS: none. */
static size_t best_rung(const struct ladder *ladder, enum capability capability)
{
	if (!ladder->coverage->states[capability].wanted)
		return RUNGS;
	for (size_t i = 0; i < RUNGS; i++)
		if (rungs[i].capability == capability && !(rungs[i].programs & ladder->failed) &&
		    !*attempt_of(ladder, i)->why)
			return i;
	return RUNGS;
}

uint32_t ladder_plan(const struct ladder *ladder)
{
	uint32_t programs = 0;

	for (int i = 0; i < CAPABILITIES; i++) {
		size_t rung = best_rung(ladder, (enum capability)i);

		if (rung < RUNGS)
			programs |= rungs[rung].programs;
	}
	return programs;
}

void ladder_fail(struct ladder *ladder, enum program program, const char *why)
{
	ladder->failed |= BIT(program);
	for (size_t i = 0; i < RUNGS; i++) {
		struct attempt *attempt = attempt_of(ladder, i);

		if (rungs[i].programs & BIT(program) && !*attempt->why)
			snprintf(attempt->why, sizeof(attempt->why), "%s", why);
	}
}

bool ladder_uses(const struct ladder *ladder, enum capability capability, enum program program)
{
	size_t rung = best_rung(ladder, capability);

	return rung < RUNGS && rungs[rung].programs & BIT(program);
}

void ladder_done(struct ladder *ladder)
{
	for (int i = 0; i < CAPABILITIES; i++) {
		size_t rung = best_rung(ladder, (enum capability)i);

		if (rung == RUNGS)
			continue;
		attempt_of(ladder, rung)->holds = true;
		ladder->coverage->states[i].note = rungs[rung].note;
	}
}
