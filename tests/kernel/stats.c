// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

void stats_end(struct tracer *tracer)
{
	tracer_signal(tracer, SIGTERM);
	check(tracer_wait(tracer) == 0, "porttrace did not exit with 0 after SIGTERM");
	while (tracer->err >= 0 && tracer_pump(tracer, time_left()) != 0)
		;
}

struct stats stats_of(const struct tracer *tracer, const char *kind)
{
	struct stats stats = { 0 };
	char start[64];
	const char *at;

	snprintf(start, sizeof(start), "stats: kind=%s ", kind);
	at = strstr(tracer->errors, start);
	if (!at || sscanf(at + strlen(start), "produced=%lld delivered=%lld lost=%lld",
			  &stats.produced, &stats.delivered, &stats.lost) != 3)
		test_fail("--stats says nothing of '%s'", kind);
	return stats;
}
