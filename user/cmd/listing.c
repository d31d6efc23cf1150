// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/listing.h"

#include "base/log.h"
#include "base/out.h"
#include "cmd/gaps.h"
#include "cmd/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Written once this much waits. */
#define OUT_LOW_WATER ((size_t)64 * 1024)

#define COLUMNS_OF_PORTS "proto,local,user,pid,comm"
#define COLUMNS_OF_ALL "proto,state,local,remote,user,pid,comm"

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

int listing_open(struct listing *listing)
{
	struct stream_options *o = listing->options;
	const struct open_now_wants wants = {
		.no_tcp = o->filter.udp && !o->filter.tcp,
		.no_udp = o->filter.tcp && !o->filter.udp,
		.connections = o->all,
		.args = shows_args(o),
		.btf_path = o->wants.btf_path,
	};
	int status;

	listing->enrich = enrich_new(o->numeric);
	if (!listing->enrich) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	status = open_now_read(&listing->now, &wants);
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
	open_now_free(listing->now);
	enrich_free(listing->enrich);
}

/* On the way from the filter to whom it is told. */
struct passing {
	const struct listing *listing;
	event_fn tell;
	void *arg;
};

static void pass(const struct event *event, void *arg)
{
	const struct passing *passing = arg;

	if (passing->listing->takes(event, passing->listing->arg))
		passing->tell(event, passing->arg);
}

void listing_each(const struct listing *listing, event_fn tell, void *arg)
{
	struct passing passing = { listing, tell, arg };

	if (listing->takes)
		open_now_each(listing->now, &listing->options->filter, pass, &passing);
	else
		open_now_each(listing->now, &listing->options->filter, tell, arg);
}

/* --- columns that nobody chose ----------------------------------------------------- */

/* Shown if there is something in them. */
static const char *const columns_if_used[] = { "unit",  "container", "service",
					       "queue", "holders",   "netns" };
enum used { USED_UNIT, USED_CONTAINER, USED_SERVICE, USED_QUEUE, USED_HOLDERS, USED_NETNS, USES };

struct looking {
	struct enrich *enrich;
	uint32_t netns; /* of the first row; 0: there is none yet */
	bool used[USES];
};

static void look(const struct event *event, void *arg)
{
	const struct endpoint *local = &event->socket.local;
	const struct process *process = event->actor.process;
	struct looking *l = arg;

	if (!l->netns)
		l->netns = local->netns;
	l->used[USED_NETNS] |= local->netns != l->netns;
	l->used[USED_HOLDERS] |= event->n_holders > 1;
	l->used[USED_QUEUE] |= event->socket.accept_queue > 0;
	l->used[USED_SERVICE] |= enrich_service(l->enrich, local->proto, local->port) != NULL;
	if (!process)
		return;
	l->used[USED_UNIT] |= enrich_unit(l->enrich, process) != NULL;
	l->used[USED_CONTAINER] |= enrich_container(l->enrich, process) != NULL;
}

/* What would be empty, or the same, in every line is left out. */
static void choose_columns(const struct listing *listing, struct column_list *columns)
{
	struct looking looking = { .enrich = listing->enrich };
	char names[256];
	size_t len;
	const char *bad;

	len = (size_t)snprintf(names, sizeof(names), "%s",
			       listing->options->all ? COLUMNS_OF_ALL : COLUMNS_OF_PORTS);
	listing_each(listing, look, &looking);
	for (int i = 0; i < USES; i++)
		if (looking.used[i])
			len += (size_t)snprintf(names + len, sizeof(names) - len, ",%s",
						columns_if_used[i]);
	columns_parse(names, columns, &bad);
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

static int print(const struct listing *listing, struct printing *p)
{
	const struct sink_ops *ops = p->sink.ops;

	if (ops->begin)
		ops->begin(&p->sink, &p->out.buf);
	listing_each(listing, tell, p);
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
	const struct stream_options *o = listing->options;
	struct printing p = {
		.sink = { .ops = o->output == &sink_table ? &sink_listing : o->output,
			  .enrich = listing->enrich,
			  .columns = o->columns,
			  .color = stream_options_color(o, STDOUT_FILENO),
			  .width = terminal_width(STDOUT_FILENO) },
	};
	int status;

	if (!o->columns.n && o->output != &sink_json)
		choose_columns(listing, &p.sink.columns);
	out_open(&p.out, STDOUT_FILENO);
	status = print(listing, &p);
	out_free(&p.out);
	return status;
}
