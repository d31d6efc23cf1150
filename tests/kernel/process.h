/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes a test makes, and steps they take in turn with it. */
#ifndef LIVE_PROCESS_H
#define LIVE_PROCESS_H

#include <sys/types.h>

struct child {
	pid_t pid;
	int ctl; /* one byte each way is one step; descriptors may ride along */
};

/* Forks a child that runs body and exits with 0 when it returns. */
struct child child_start(void (*body)(int ctl, void *arg), void *arg);

/* Forks and execs this very program as `live --helper NAME ARGS…` (ended by NULL). */
struct child helper_start(const char *exe, const char *const *args);

/* A step: one side gives it, the other waits for it. */
void step_give(int ctl);
void step_await(int ctl);

/* The body of a child that does nothing until a step. */
void wait_for_end(int ctl, void *arg);

/* A number told by the other side. */
void number_give(int ctl, long number);
long number_await(int ctl);

/* A thread: takes a copy of the table of descriptors, and a step before and behind. ctl: int *. */
void *copy_table(void *ctl);

void child_kill(struct child *child);

/* Waits for its end; it must have exited with 0. */
void child_join(struct child *child);

/* Waits until /proc tells that state letter of the process ('Z', 'T'). */
void process_await_state(pid_t pid, char state);

/* The path of this program, its `comm` and its start in clock ticks since boot. */
const char *self_exe(void);
const char *self_comm(void);
unsigned long long self_start_ticks(void);

/* This process's path in the cgroup-v2 tree, "" if there is none. */
const char *self_cgroup(void);

#endif
