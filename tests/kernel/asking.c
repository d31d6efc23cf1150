// SPDX-License-Identifier: GPL-2.0-only
#include "asking.h"

#include <string.h>

#include "harness.h"

int ask_who(struct outcome *outcome, const char *port, bool json)
{
	run_here(outcome, "who", port, json ? "-j" : NULL, NULL);
	check(outcome->status <= 1, "exit status %d, stderr: %s", outcome->status, outcome->err);
	return outcome->status;
}

struct event ask_one(struct outcome *outcome, const char *port)
{
	struct event event;
	char *end;

	check(ask_who(outcome, port, true) == 0, "nobody has it; stderr: %s", outcome->err);
	check(!outcome->err[0], "something on stderr: %s", outcome->err);
	end = strchr(outcome->out, '\n');
	check(end && !end[1], "not one line: %s", outcome->out);
	*end = '\0';
	event_parse(&event, outcome->out);
	check(!strcmp(event.name, "existing"), "no \"existing\": %s", event.line);
	return event;
}
