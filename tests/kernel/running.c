// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "running.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

const struct outcome *run_with(const char *a, const char *b, const char *what, bool as_nobody)
{
	static struct outcome outcome;
	const char *args[16] = { "run" };
	int n = 1;

	if (a)
		args[n++] = a;
	if (b)
		args[n++] = b;
	args[n++] = "--";
	args[n++] = self_exe();
	args[n++] = "--helper";
	args[n++] = "runnee";
	args[n++] = what;
	run_porttrace(args, as_nobody, &outcome);
	return &outcome;
}

void expect_line(const struct outcome *outcome, const char *line)
{
	char ended[128];

	snprintf(ended, sizeof(ended), "%s\n", line);
	check(strstr(outcome->out, ended), "not \"%s\": %s", line, outcome->out);
}

static char log_path[] = "/tmp/live-run-XXXXXX";

static void remove_log(void)
{
	unlink(log_path);
}

struct log_file log_make(void)
{
	struct log_file log = { .fd = mkstemp(log_path) };

	check(log.fd >= 0, "mkstemp: %s", strerror(errno));
	test_at_end(remove_log);
	snprintf(log.option, sizeof(log.option), "--log=%s", log_path);
	return log;
}
