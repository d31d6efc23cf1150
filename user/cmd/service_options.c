// SPDX-License-Identifier: GPL-2.0-only
/* What a service is given beside what watch is. */
#include "cmd/stream_options.h"

#include "base/log.h"

static int set_state(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	if (!*value) {
		say("--state takes a folder, as: --state /var/lib/porttrace");
		return STATUS_USAGE;
	}
	o->state = value;
	return STATUS_OK;
}

static int set_metrics(void *target, const struct option_row *row, const char *value)
{
	struct stream_options *o = target;

	(void)row;
	if (!*value) {
		say("--metrics takes a file, as: --metrics /run/porttrace/porttrace.prom");
		return STATUS_USAGE;
	}
	o->metrics = value;
	return STATUS_OK;
}

static const struct option_row rows[] = {
	{ "state", 0, "DIR", "keep there what is open: the next run tells what changed", "service",
	  set_state, 0 },
	{ "metrics", 0, "FILE", "write numbers for Prometheus there (FILE.prom)", NULL, set_metrics,
	  0 },
};

const struct option_rows service_options = OPTION_ROWS(rows);
