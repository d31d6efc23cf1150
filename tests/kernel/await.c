// SPDX-License-Identifier: GPL-2.0-only
#include "await.h"

#include <poll.h>
#include <string.h>

#include "harness.h"

void await_text(struct tracer *tracer, const char *text)
{
	while (!tracer->len || !strstr(tracer->buf, text)) {
		check(time_left() > 0, "\"%s\" does not come", text);
		tracer_pump_alive(tracer, time_left());
	}
}

void await_error(struct tracer *tracer, const char *text)
{
	while (!strstr(tracer->errors, text)) {
		check(time_left() > 0, "\"%s\" is not said: %s", text, tracer->errors);
		tracer_pump_alive(tracer, time_left());
	}
}

void await(bool (*ready)(void *arg), void *arg, struct tracer *tracer, const char *what)
{
	while (!ready(arg)) {
		check(time_left() > 0, "%s", what);
		if (tracer)
			tracer_pump_alive(tracer, 10);
		else
			poll(NULL, 0, 10);
	}
}

unsigned int times_in(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}
