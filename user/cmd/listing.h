/* SPDX-License-Identifier: GPL-2.0-only */
/* What is open now, printed once: what "list" does, and "close" before it asks. */
#ifndef PORTTRACE_CMD_LISTING_H
#define PORTTRACE_CMD_LISTING_H

#include "cmd/open_now.h"
#include "cmd/stream_options.h"

struct listing {
	/* The command's, before listing_open(); columns.n 0: those are chosen that say something. */
	struct stream_options *options;
	/* Whether what passed the filter is meant; NULL: all of it. */
	bool (*takes)(const struct event *event, void *arg);
	void *arg;

	struct open_now *now;
	struct enrich *enrich;
};

/* Reads what is open. An exit status; what cannot be read it has said. listing_close() either way. */
int listing_open(struct listing *listing);
/* What is meant, as events. */
void listing_each(const struct listing *listing, event_fn tell, void *arg);
/* The same to stdout. STATUS_OK or STATUS_OUTPUT. */
int listing_print(const struct listing *listing);
void listing_close(struct listing *listing);

#endif
