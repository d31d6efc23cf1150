// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/listing.h"

#include "base/log.h"
#include "base/out.h"
#include "cmd/terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Written once this much waits. */
#define OUT_LOW_WATER ((size_t)64 * 1024)

struct printing {
	const struct listing *listing;
	struct sink sink;
	struct out out;
};

static void tell(const struct event *event, void *arg)
{
	struct printing *p = arg;
	const struct listing *listing = p->listing;

	if (p->out.err || (listing->takes && !listing->takes(event, listing->arg)))
		return;
	enrich_inhabitants(listing->enrich, event);
	p->sink.ops->event(&p->sink, event, &p->out.buf);
	if (p->out.buf.len >= OUT_LOW_WATER)
		out_drain(&p->out);
}

static int print(struct printing *p)
{
	const struct sink_ops *ops = p->sink.ops;

	if (ops->begin)
		ops->begin(&p->sink, &p->out.buf);
	open_now_each(p->listing->now, &p->listing->options->filter, tell, p);
	if (ops->end)
		ops->end(&p->sink, &p->out.buf);
	out_drain(&p->out);
	if (!p->out.err || p->out.err == -EPIPE)
		return STATUS_OK;
	say("output failed: %s", strerror(-p->out.err));
	return STATUS_OUTPUT;
}

int listing_print(const struct listing *listing)
{
	const struct stream_options *options = listing->options;
	struct printing p = {
		.listing = listing,
		.sink = { .ops = options->output,
			  .enrich = listing->enrich,
			  .columns = options->columns,
			  .color = stream_options_color(options, STDOUT_FILENO),
			  .width = terminal_width(STDOUT_FILENO) },
	};
	int status;

	out_open(&p.out, STDOUT_FILENO);
	status = print(&p);
	out_free(&p.out);
	return status;
}
