// SPDX-License-Identifier: GPL-2.0-only
#include "trace/beside.h"

/* The default of 8 MiB stays resident where huge pages are on for all memory. */
#define THREAD_STACK ((size_t)512 * 1024)

static void *run(void *arg)
{
	struct beside *beside = arg;

	beside->err = beside->work(beside->arg);
	return NULL;
}

void beside_start(struct beside *beside, int (*work)(void *arg), void *arg)
{
	pthread_attr_t attr;

	*beside = (struct beside){ .work = work, .arg = arg };
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	beside->running = !pthread_create(&beside->thread, &attr, run, beside);
	pthread_attr_destroy(&attr);
	if (!beside->running)
		run(beside);
}

int beside_join(struct beside *beside)
{
	if (beside->running)
		pthread_join(beside->thread, NULL);
	return beside->err;
}
