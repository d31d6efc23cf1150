// SPDX-License-Identifier: GPL-2.0-only
/* porttrace --metrics: numbers for Prometheus. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "folder.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define PORT 8080

/* The value of a series, -1: it is not there. */
static double series(const char *path, const char *name)
{
	double value = -1;
	char line[512];
	FILE *file = fopen(path, "re");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtod(line + strlen(name), NULL);
	if (file)
		fclose(file);
	return value;
}

static void metrics_file(void)
{
	static const char opens[] = "porttrace_events_total{event=\"open\"} ";
	struct tracer *tracer;
	char path[128];
	double before;
	int fd;

	snprintf(path, sizeof(path), "%s/porttrace.prom", folder_make());
	tracer = tracer_launch(&(struct launch){ .args = { "--metrics", path } });
	tracer_ready(tracer);
	before = series(path, opens);
	check(before >= 0, "there are no numbers at the start");
	fd = tcp_listen("127.0.0.1", PORT);
	while (series(path, opens) <= before ||
	       series(path, "porttrace_canary_latency_seconds ") <= 0) {
		check(time_left() > 0, "the numbers stay as they are");
		tracer_pump_alive(tracer, 100);
	}
	check(series(path, "porttrace_open_ports{scope=\"loopback\",verdict=\"none\"} ") >= 1,
	      "the port is not among those that are open");
	check(series(path, "porttrace_blind ") == 0, "it says that it is blind");
	sock_close(fd);
	tracer_finish_all();
}

/* Where it cannot be written: said once, and the stream goes on. */
static void metrics_unwritable(void)
{
	struct tracer *tracer;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/none/porttrace.prom", folder_make());
	tracer = tracer_launch(&(struct launch){ .args = { "--metrics", path } });
	tracer_ready(tracer);
	check(strstr(tracer->errors, "No such file or directory. Tracing goes on") != NULL,
	      "it does not say so: %s", tracer->errors);
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fd);
}

const struct test metrics_tests[] = {
	{ "metrics-file", "numbers are written, and change with what happens", metrics_file, 0 },
	{ "metrics-unwritable", "a file that cannot be written is said, and the stream goes on",
	  metrics_unwritable, 0 },
	{ 0 },
};
