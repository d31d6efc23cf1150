// SPDX-License-Identifier: GPL-2.0-only
/* list: what is open now, in every network namespace, with its holders, once. */
#include "base/log.h"
#include "base/out.h"
#include "cmd/cmd.h"
#include "cmd/open_now.h"
#include "cmd/stream_options.h"
#include "cmd/terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Written once this much waits. */
#define OUT_LOW_WATER ((size_t)64 * 1024)

#define COLUMNS_OF_PORTS "proto,local,user,pid,comm"
#define COLUMNS_OF_ALL "proto,state,local,remote,user,pid,comm"

/* Columns that are shown by default if there is something in them. */
static const char *const columns_if_used[] = { "unit",  "container", "service",
					       "queue", "holders",   "netns" };
enum used { USED_UNIT, USED_CONTAINER, USED_SERVICE, USED_QUEUE, USED_HOLDERS, USED_NETNS, USES };

struct list {
	struct stream_options options;
	struct enrich *enrich;
	struct open_now *now;
	struct sink sink;
	struct out out;
	uint32_t netns; /* of the first row; 0: there is none yet */
	bool used[USES];
};

static void look(const struct event *event, void *arg)
{
	const struct endpoint *local = &event->socket.local;
	const struct process *process = event->actor.process;
	struct list *l = arg;

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

static void tell(const struct event *event, void *arg)
{
	struct list *l = arg;

	if (l->out.err)
		return;
	l->sink.ops->event(&l->sink, event, &l->out.buf);
	if (l->out.buf.len >= OUT_LOW_WATER)
		out_drain(&l->out);
}

/* Nobody chose: what would be empty, or the same, in every line is left out. */
static void choose_columns(struct list *l)
{
	char names[256] = COLUMNS_OF_PORTS;
	const char *bad;

	if (l->options.all)
		strcpy(names, COLUMNS_OF_ALL);
	open_now_each(l->now, &l->options.filter, look, l);
	for (int i = 0; i < USES; i++) {
		if (!l->used[i])
			continue;
		strcat(names, ",");
		strcat(names, columns_if_used[i]);
	}
	columns_parse(names, &l->sink.columns, &bad);
}

/* Who lives in a namespace gives it a name: all are looked at before the first is told. */
static void name_namespaces(struct list *l)
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

/* The arguments of a process are not read unless they are shown. */
static bool shows_args(const struct stream_options *options)
{
	return options->output == &sink_json || columns_have(&options->columns, "args") ||
	       columns_have(&options->columns, "detail");
}

static int print(struct list *l)
{
	const struct sink_ops *ops = l->sink.ops;

	if (ops->begin)
		ops->begin(&l->sink, &l->out.buf);
	open_now_each(l->now, &l->options.filter, tell, l);
	if (ops->end)
		ops->end(&l->sink, &l->out.buf);
	out_drain(&l->out);
	if (!l->out.err || l->out.err == -EPIPE)
		return STATUS_OK;
	say("output failed: %s", strerror(-l->out.err));
	return STATUS_OUTPUT;
}

static int list(struct list *l)
{
	struct stream_options *o = &l->options;
	const struct open_now_wants wants = {
		.connections = o->all,
		.args = shows_args(o),
		.btf_path = o->wants.btf_path,
	};
	int status;

	l->enrich = enrich_new(o->numeric);
	if (!l->enrich) {
		say("out of memory");
		return STATUS_NO_TRACING;
	}
	status = open_now_read(&l->now, &wants);
	if (status)
		return status;
	name_namespaces(l);
	stream_options_host_netns(o, open_now_host_netns(l->now));
	out_open(&l->out, STDOUT_FILENO);
	l->sink = (struct sink){
		.ops = o->output == &sink_table ? &sink_listing : o->output,
		.enrich = l->enrich,
		.columns = o->columns,
		.color = stream_options_color(o, STDOUT_FILENO),
		.width = terminal_width(STDOUT_FILENO),
	};
	if (!o->columns.n && o->output != &sink_json)
		choose_columns(l);
	return print(l);
}

int cmd_list(int argc, char **argv)
{
	static const struct option_table table = {
		.parts = { &filter_options, &all_option, &output_options, &plain_options,
			   &btf_option, &habit_options },
		.usage = "list [OPTIONS]",
		.about = "Prints what is open now: each TCP and UDP port of every network namespace of the host,\n"
			 "with all that hold it. The options of ss work: porttrace list -lntup.",
	};
	struct list l = { 0 };
	int first, status;

	stream_options_init(&l.options);
	l.options.columns.n = 0;
	status = options_parse(&table, argc, argv, &l.options, &first);
	if (!status && first < argc) {
		say("list takes no operand: '%s'; a port is given as --port %s", argv[first],
		    argv[first]);
		status = STATUS_USAGE;
	}
	if (!status) {
		status = list(&l);
		open_now_free(l.now);
		enrich_free(l.enrich);
		out_free(&l.out);
	}
	stream_options_free(&l.options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
