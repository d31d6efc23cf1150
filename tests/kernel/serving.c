// SPDX-License-Identifier: GPL-2.0-only
#include "serving.h"

#include <stdio.h>
#include <unistd.h>

#include "harness.h"

void serving_open(struct manager *manager)
{
	char at[64];

	snprintf(at, sizeof(at), "@porttrace-live-%d", getpid());
	manager_open(manager, at);
}

struct tracer *serving_start(const char *option, const char *value)
{
	return tracer_launch(&(struct launch){ .args = { option, value }, .in_test_netns = true });
}

void expect_none_of_its_own(const struct tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->count; i++)
		check(tracer->events[i]->pid != pid, "it tells of a port of its own: %s",
		      tracer->events[i]->line);
}
