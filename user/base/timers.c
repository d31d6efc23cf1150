// SPDX-License-Identifier: GPL-2.0-only
#include "base/timers.h"

#include <stddef.h>

void timer_cancel(struct timer *timer)
{
	if (timer->set)
		LIST_REMOVE(timer, next);
	timer->set = false;
}

/* A walk: there are a few of them, and they are set a few times a second at most. */
void timer_set(struct timers *timers, struct timer *timer, uint64_t due_ns)
{
	struct timer *before = NULL, *at;

	timer_cancel(timer);
	timer->due_ns = due_ns;
	timer->set = true;
	at = LIST_FIRST(&timers->list);
	while (at && at->due_ns <= due_ns) {
		before = at;
		at = LIST_NEXT(at, next);
	}
	if (before)
		LIST_INSERT_AFTER(before, timer, next);
	else
		LIST_INSERT_HEAD(&timers->list, timer, next);
}

/*
 * Those that are due are moved to a list of their own, where one can still be
 * cancelled, so that one that is set for now again waits for its turn.
 */
void timers_run(struct timers *timers, uint64_t now_ns)
{
	struct timers due = LIST_HEAD_INITIALIZER(due.list);
	struct timer *timer, *last = NULL;

	while ((timer = LIST_FIRST(&timers->list)) && timer->due_ns <= now_ns) {
		LIST_REMOVE(timer, next);
		if (last)
			LIST_INSERT_AFTER(last, timer, next);
		else
			LIST_INSERT_HEAD(&due.list, timer, next);
		last = timer;
	}
	while ((timer = LIST_FIRST(&due.list))) {
		timer_cancel(timer);
		timer->fire(timer->arg);
	}
}

uint64_t timers_patience(const struct timers *timers, uint64_t now_ns)
{
	const struct timer *first = LIST_FIRST(&timers->list);

	if (!first)
		return UINT64_MAX;
	return first->due_ns > now_ns ? first->due_ns - now_ns : 0;
}
