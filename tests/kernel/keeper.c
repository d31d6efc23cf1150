// SPDX-License-Identifier: GPL-2.0-only
#include "keeper.h"

#include <signal.h>

#include "event.h"
#include "folder.h"
#include "harness.h"

struct tracer *keeper_launch(void)
{
	return tracer_launch(&(struct launch){ .args = { "--state", folder_make() } });
}

struct tracer *keeper_start(void)
{
	struct tracer *tracer = keeper_launch();

	tracer_ready(tracer);
	return tracer;
}

void keeper_kill(struct tracer *tracer)
{
	tracer_signal(tracer, SIGKILL);
	check(tracer_wait(tracer) == 128 + SIGKILL, "it ended otherwise");
}

void expect_while_down(const struct event *event, bool want)
{
	const json_t *mark = event_get(event, "while_down");

	check(json_is_true(mark) == want, "%s while porttrace was down, it says: %s",
	      want ? "this happened" : "this did not happen", event->line);
}
