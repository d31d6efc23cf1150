// SPDX-License-Identifier: GPL-2.0-only
#include "entries.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"

struct tracer *journal_start(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ .args = { "--journal" } });

	tracer_ready(tracer);
	return tracer;
}

const char *entries_of(pid_t pid, int port)
{
	static char matches[96];

	snprintf(matches, sizeof(matches), "-t porttrace PORTTRACE_PID=%d PORTTRACE_PORT=%d", pid,
		 port);
	return matches;
}

void expect_field(const json_t *entry, const char *name, const char *want)
{
	const char *value = journald_field(entry, name);

	check(!strcmp(value, want), "%s is %s, expected %s", name, value, want);
}
