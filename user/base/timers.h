/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be done at a time, beside the descriptors of a loop. Times are
 * boot_now_ns(), which nobody can set: a step of the wall clock moves no timer.
 */
#ifndef PORTTRACE_BASE_TIMERS_H
#define PORTTRACE_BASE_TIMERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* Lives with what it is for; zero but for fire and arg before it is set. */
struct timer {
	void (*fire)(void *arg);
	void *arg;
	/* Of timers.c. */
	uint64_t due_ns;
	bool set;
	LIST_ENTRY(timer) next;
};

/* Zero: none. In the order in which they are due. */
struct timers {
	LIST_HEAD(timer_list, timer) list;
};

/* It fires once, at due_ns or soon after; set before, it is moved. */
void timer_set(struct timers *timers, struct timer *timer, uint64_t due_ns);
/* Does nothing to one that is not set. */
void timer_cancel(struct timer *timer);
/*
 * Fires what is due at now_ns. A timer may set and cancel any, itself included;
 * set anew it does not fire before the next call.
 */
void timers_run(struct timers *timers, uint64_t now_ns);
/* How long until the first is due, from now_ns; UINT64_MAX: none is set. */
uint64_t timers_patience(const struct timers *timers, uint64_t now_ns);

#endif
