/* SPDX-License-Identifier: GPL-2.0-only */
/* Work in a thread beside ours: two objects load at once. */
#ifndef PORTTRACE_TRACE_BESIDE_H
#define PORTTRACE_TRACE_BESIDE_H

#include <pthread.h>
#include <stdbool.h>

struct beside {
	pthread_t thread;
	bool running;
	int (*work)(void *arg); /* 0 or -errno */
	void *arg;
	int err;
};

/* Where no thread is to be had it is done before this returns. */
void beside_start(struct beside *beside, int (*work)(void *arg), void *arg);
/* What work returned. */
int beside_join(struct beside *beside);

#endif
