/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The proof that we are awake: every ten seconds a port of our own is opened and
 * closed on loopback, and both have to be seen within a second. It is known by the
 * cookie of the very socket, which the kernel gives no other; by nothing that
 * somebody else could have, too.
 */
#ifndef PORTTRACE_SERVICE_CANARY_H
#define PORTTRACE_SERVICE_CANARY_H

#include "base/timers.h"
#include "model/event.h"
#include "service/canary_file.h"
#include "trace/coverage.h"

struct canary_port {
	uint16_t proto;
	bool opens; /* is to be seen, and so is its close */
	bool closes;
	bool awaits_open;
	bool awaits_close;
};

struct canary {
	/* The owner's, before canary_start(). */
	struct timers *timers;
	void (*told)(void *arg); /* a round has ended: seen, or not */
	void *arg;
	int file; /* of canary_file_open(), or negative: others see it */

	/* To be read. */
	bool began;          /* a round has ended */
	bool blind;          /* it was not seen */
	const char *why;     /* blind: what lacked; static */
	int err;             /* blind: its port could not be opened; 0: it was */
	uint64_t latency_ns; /* of the last that was seen, until its open was read; 0: none yet */
	uint64_t rounds;
	uint64_t missed; /* rounds that were not seen */

	/* Of canary.c. */
	struct timer timer;
	struct canary_port ports[2];
	bool awaited;
	bool waits_on; /* a second longer, since it was us who slept */
	uint64_t opened_ns;
	uint64_t cookies[CANARY_KEPT];
	uint64_t n_cookies; /* ever */
};

/* With the protocols that are watched, and as much of their events as can be seen. */
void canary_start(struct canary *canary, const struct coverage *coverage);
void canary_stop(struct canary *canary);
/* Whether the event is of a port of ours, and nobody else's business. */
bool canary_takes(struct canary *canary, const struct event *event);

#endif
