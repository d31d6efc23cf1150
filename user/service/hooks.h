/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that an alert runs: HOOKS_DIR/NAME, root's and nobody else's to write.
 * A helper process runs them, so that no line waits for a fork, a disk or a hook:
 * HOOKS_AT_ONCE at a time, HOOKS_SECONDS each, then they are killed with all they started.
 */
#ifndef PORTTRACE_SERVICE_HOOKS_H
#define PORTTRACE_SERVICE_HOOKS_H

#include "base/buf.h"
#include "base/timers.h"

#define HOOKS_DIR "/etc/porttrace/hooks.d"
#define HOOKS_AT_ONCE 4
#define HOOKS_SECONDS 10
#define HOOKS_OUTPUT_MAX ((size_t)16 * 1024) /* bytes of each */
#define HOOKS_WAITING_MAX 64                 /* more are not run, and counted */

struct hooks {
	int fd; /* to the helper; -1: there is none */
	struct timer timer;
	struct timers *timers;
	uint64_t unsent;
};

/*
 * Starts the helper, before anything is opened that it should not have, and before
 * privileges are dropped: a hook has those we were started with. 0 or -errno.
 */
int hooks_open(struct hooks *hooks);
/* Where it says what it could not hand over. */
void hooks_begin(struct hooks *hooks, struct timers *timers);
/* Has one run. env: "NAME=VALUE" each, ended by NUL; input: what it reads. Never waits. */
void hooks_run(struct hooks *hooks, const char *name, const struct buf *env,
	       const struct buf *input);
/* The helper runs what it was given, begins no more after HOOKS_SECONDS, and ends; nobody waits for it. */
void hooks_close(struct hooks *hooks);

#endif
