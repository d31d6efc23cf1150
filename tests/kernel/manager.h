/* SPDX-License-Identifier: GPL-2.0-only */
/* A service manager of a test: it waits to be told, as sd_notify(3) says. */
#ifndef LIVE_MANAGER_H
#define LIVE_MANAGER_H

#include "tracer.h"

struct manager {
	int fd;
	char last[1024]; /* what was told last */
};

/* At "@NAME", or at a path; every porttrace started from now on is to tell it. */
void manager_open(struct manager *manager, const char *at);
/*
 * Waits for a message that has this in it, and returns it; meanwhile the tracer's
 * lines are read. Fails the test at the deadline.
 */
const char *manager_expect(struct manager *manager, struct tracer *tracer, const char *part);
/* How many such messages come within the time. */
unsigned int manager_count(struct manager *manager, struct tracer *tracer, const char *part,
			   int ms);
void manager_close(struct manager *manager);

#endif
