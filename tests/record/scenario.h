/* SPDX-License-Identifier: GPL-2.0-only */
/* A short life with ports and connections, the same each time, in a place of its own. */
#ifndef RECORD_SCENARIO_H
#define RECORD_SCENARIO_H

#include <stdint.h>
#include <sys/types.h>

/* The argument that makes this program live it. */
#define SCENARIO_ARGUMENT "--live"

/* How everything in it calls itself, whatever the file is called. */
#define SCENARIO_COMM "record"

/* What it says, and then waits for us, so that we take what was told before it goes on. */
#define STEP_DONE 's'
#define STEP_UNACCEPTED 'u' /* and there is a new connection that nobody accepts */

struct scenario {
	pid_t pid;
	uint32_t netns; /* inode */
	int steps;      /* readable: a step is over; end of file: so is all */
	int go;         /* a byte lets it go on */
};

/*
 * Starts it, and returns once it stands: in a network namespace, a mount
 * namespace and a cgroup of its own, so that nothing of this machine is in what
 * is told of it. 0, or -errno after saying what failed.
 */
int scenario_start(struct scenario *scenario);
int scenario_go(const struct scenario *scenario);
/* It has ended: its wait status, or -errno. */
int scenario_end(struct scenario *scenario);

/* main() of the process itself; an exit status. */
int scenario_live(void);

#endif
