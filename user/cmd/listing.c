// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/listing.h"
#include "cmd/listing_columns.h"

#include "base/log.h"
#include "base/out.h"
#include "base/terminal.h"
#include "session/gaps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Written once this much waits. */
#define OUT_LOW_WATER ((size_t)64 * 1024)

/* --- what there is ------------------------------------------------------------- */

/* The arguments of a process are not read unless they are shown. */
static bool shows_args(const struct stream_options *options)
{
	return options->output == &sink_json || columns_have(&options->columns, "args") ||
	       columns_have(&options->columns, "detail");
}

/* Who lives in a namespace gives it a name: all are looked at before the first is told. */
static void name_namespaces(const struct listing *l)
{
	const struct snapshot *snapshot = open_now_snapshot(l->now);
	uint32_t host = open_now_host_netns(l->now);

	enrich_set_host_netns(l->enrich, host);
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct snapshot_row *row = snapshot->rows[i];

		for (size_t h = 0; row->socket.local.netns != host && h < row->n_holders; h++) {
			enrich_place(row->holders[h]);
			enrich_inhabitant(l->enrich, row->socket.local.netns, row->holders[h]);
		}
	}
}

static int read_now(struct listing *listing)
{
	const struct stream_options *o = listing->options;
	const struct open_now_wants wants = {
		.no_tcp = o->filter.udp && !o->filter.tcp && !listing->whole,
		.no_udp = o->filter.tcp && !o->filter.udp && !listing->whole,
		.connections = o->all,
		.args = shows_args(o),
		.btf_path = o->wants.btf_path,
	};
	int status = open_now_read(&listing->now, &wants);

	if (status || !listing->judged)
		return status;
	return policed_settle(&listing->policed, &listing->now, &wants);
}

int listing_open(struct listing *listing)
{
	struct stream_options *o = listing->options;
	int status = STATUS_OK;

	listing->enrich = enrich_new(o->numeric);
	if (!listing->enrich) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	if (listing->judged)
		status = policed_open(&listing->policed, o->policy, listing->enrich);
	if (!status)
		status = read_now(listing);
	if (status)
		return status;
	if (o->filter.n_pids && open_now_foreign_pids(listing->now))
		say_foreign_pids();
	name_namespaces(listing);
	stream_options_host_netns(o, open_now_host_netns(listing->now));
	return STATUS_OK;
}

void listing_close(struct listing *listing)
{
	policed_close(&listing->policed);
	open_now_free(listing->now);
	enrich_free(listing->enrich);
}

/* On the way from the filter to whom it is told. */
struct passing {
	const struct listing *listing;
	event_fn tell;
	void *arg;
};

static bool takes(const struct listing *listing, const struct event *event)
{
	return !listing->takes || listing->takes(event, listing->arg);
}

static void pass(const struct event *event, void *arg)
{
	const struct passing *passing = arg;

	if (takes(passing->listing, event))
		passing->tell(event, passing->arg);
}

/* With its verdict, if that can be known. */
static void pass_judged(const struct event *event, void *arg)
{
	const struct passing *passing = arg;
	const struct policed *policed = &passing->listing->policed;
	struct event judged = *event;
	struct judgement judgement;

	if (!policed_is_settled(policed, event))
		return;
	if (policed_judge(policed, event, &judgement))
		judged.verdict = &judgement.verdict;
	pass(&judged, arg);
}

void listing_each(const struct listing *listing, event_fn tell, void *arg)
{
	struct passing passing = { listing, tell, arg };

	open_now_each(listing->now, &listing->options->filter, listing->judged ? pass_judged : pass,
		      &passing);
}

/* As a struct listing_of. */
static void each_meant(void *arg, event_fn tell, void *tell_arg)
{
	listing_each(arg, tell, tell_arg);
}

/* --- printing ------------------------------------------------------------------------ */

struct printing {
	struct sink sink;
	struct out out;
};

static void tell(const struct event *event, void *arg)
{
	struct printing *p = arg;

	if (p->out.err)
		return;
	p->sink.ops->event(&p->sink, event, &p->out.buf);
	if (p->out.buf.len >= OUT_LOW_WATER)
		out_drain(&p->out);
}

static int print(const struct listing_of *of, struct printing *p)
{
	const struct sink_ops *ops = p->sink.ops;

	if (ops->begin)
		ops->begin(&p->sink, &p->out.buf);
	of->each(of->arg, tell, p);
	if (ops->end)
		ops->end(&p->sink, &p->out.buf);
	out_drain(&p->out);
	if (!p->out.err || p->out.err == -EPIPE)
		return STATUS_OK;
	say("output failed: %s", strerror(-p->out.err));
	return STATUS_OUTPUT;
}

int listing_print(const struct listing *listing, const struct listing_of *of)
{
	const struct listing_of meant = { each_meant, (void *)listing };
	const struct stream_options *o = listing->options;
	bool is_table = o->output == &sink_table;
	struct printing p = {
		.sink = { .ops = is_table ? &sink_listing : o->output,
			  .enrich = listing->enrich,
			  .columns = o->columns,
			  .color = stream_options_color(o, STDOUT_FILENO),
			  .width = terminal_width(STDOUT_FILENO) },
	};
	int status;

	if (!of)
		of = &meant;
	if (!o->columns.n && o->output != &sink_json)
		listing_choose_columns(listing, of, is_table ? p.sink.width : 0, &p.sink.columns);
	out_open(&p.out, STDOUT_FILENO);
	status = print(of, &p);
	out_free(&p.out);
	return status;
}
