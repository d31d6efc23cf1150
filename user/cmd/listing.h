/* SPDX-License-Identifier: GPL-2.0-only */
/* What is open now, printed once: what "list" shows, and "close" before it asks. */
#ifndef PORTTRACE_CMD_LISTING_H
#define PORTTRACE_CMD_LISTING_H

#include "cmd/open_now.h"
#include "cmd/stream_options.h"

struct listing {
	const struct stream_options *options;
	struct open_now *now;
	struct enrich *enrich;
	/* Whether what passed the filter is shown; NULL: all of it. */
	bool (*takes)(const struct event *event, void *arg);
	void *arg;
};

/* To stdout. STATUS_OK or STATUS_OUTPUT. */
int listing_print(const struct listing *listing);

#endif
