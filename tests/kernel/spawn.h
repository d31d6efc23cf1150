/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting porttrace: as a tracer, or once for its exit status and output. */
#ifndef LIVE_SPAWN_H
#define LIVE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct launch;

/* Forks and execs it; *out and *err are the reading ends of its pipes. */
pid_t spawn_porttrace(const struct launch *launch, int *out, int *err);

struct outcome {
	int status;           /* exit status, 128 + N for a signal */
	char out[512 * 1024]; /* what others have open is in it, too */
	char err[16384];
};

/* Runs `porttrace ARGS…` (ended by NULL) to its end; as uid 65534 with nothing if asked. */
void run_porttrace(const char *const *args, bool as_nobody, struct outcome *outcome);

#endif
