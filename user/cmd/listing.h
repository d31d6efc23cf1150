/* SPDX-License-Identifier: GPL-2.0-only */
/* What is open now, printed once: what "list" does, and "close" before it asks. */
#ifndef PORTTRACE_CMD_LISTING_H
#define PORTTRACE_CMD_LISTING_H

#include "cmd/policed.h"
#include "cmd/stream_options.h"
#include "session/open_now.h"

struct listing {
	/* The command's, before listing_open(); columns.n 0: those are chosen that say something. */
	struct stream_options *options;
	/* Of those, what stands first and what last; NULL: as list has them. */
	const char *columns, *columns_last;
	/* Whether what passed the filter is meant; NULL: all of it. */
	bool (*takes)(const struct event *event, void *arg);
	void *arg;
	bool whole;  /* all is read, also what the filter would not let through */
	bool judged; /* each port comes with its verdict, by options->policy or the default one */

	struct open_now *now;
	struct enrich *enrich;
	struct policed policed; /* if judged */
};

/* Reads what is open. An exit status; what cannot be read it has said. listing_close() either way. */
int listing_open(struct listing *listing);
/* What is meant, as events. */
void listing_each(const struct listing *listing, event_fn tell, void *arg);

/* Events to be printed, told as often as asked for. */
struct listing_of {
	void (*each)(void *arg, event_fn tell, void *tell_arg);
	void *arg;
};

/* To stdout; of: NULL: what listing_each() tells. STATUS_OK or STATUS_OUTPUT. */
int listing_print(const struct listing *listing, const struct listing_of *of);
void listing_close(struct listing *listing);

#endif
