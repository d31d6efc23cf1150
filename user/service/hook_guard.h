/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process for each hook at work, which ends it in time, and with it all that it
 * started, whatever became of its group, its session and its parents. It needs nobody
 * for that: if we are killed, it goes on, and if it is killed, the hook is as well.
 */
#ifndef PORTTRACE_SERVICE_HOOK_GUARD_H
#define PORTTRACE_SERVICE_HOOK_GUARD_H

#include <sys/types.h>

enum hook_course {
	HOOK_UNTOLD,  /* the guard was killed */
	HOOK_NOT_RUN, /* value: the error */
	HOOK_ENDED,   /* value: its status, as of waitpid(2) */
	HOOK_LATE,    /* and killed */
};

/* In memory that is shared with the guard, which fills it before it ends. */
struct hook_end {
	enum hook_course course;
	int value;
};

/*
 * Starts a guard, and it the program, with that environment and input as its stdin. What it writes
 * goes to stderr, HOOKS_OUTPUT_MAX bytes of it. The guard's number, for its caller to wait for,
 * or -errno.
 */
pid_t hook_guard_start(const char *path, char *const *env, int input, struct hook_end *end);

#endif
