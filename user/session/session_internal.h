/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of the session alone. */
#ifndef PORTTRACE_SESSION_SESSION_INTERNAL_H
#define PORTTRACE_SESSION_SESSION_INTERNAL_H

#include "session/session.h"

#define NSEC_PER_MSEC 1000000ULL

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
	struct past *past; /* NULL: there is none */
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
	bool behind;         /* more ports wait in their ring than the last pump took */
	unsigned int pumped; /* records in this pump */
};

/* Takes one record into the model. */
void session_apply(struct session *session, const struct decoded *record);
/* Compares with the kernel's tables, and tells the difference. 0 or -errno. */
int session_resync(struct session *session);
/* Tells what was lost since the last look, and notes whether that has to be found again. */
void session_look_for_losses(struct session *session);

#endif
