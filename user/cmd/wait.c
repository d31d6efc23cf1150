// SPDX-License-Identifier: GPL-2.0-only
/* wait: until a port is open, or until it is closed. */
#include "base/linger.h"
#include "base/log.h"
#include "base/parse.h"
#include "cmd/cmd.h"
#include "cmd/looking.h"
#include "cmd/option_words.h"
#include "cmd/port_arg.h"
#include "cmd/stream.h"
#include "cmd/waited.h"
#include "service/confine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct wait {
	struct stream_options options; /* first: the target of their rows */
	struct stream stream;
	const char *word; /* PORT as it was given */
	struct port_arg port;
	bool closed;         /* waits for the end, not for the beginning */
	const char *timeout; /* as it was given; NULL: none */
	uint64_t timeout_ns;
	struct waited waited;
};

static bool passes(const struct event *event, void *arg)
{
	const struct wait *w = arg;

	return port_arg_has(&w->port, &event->socket) && filter_pass(&w->options.filter, event);
}

/* Whether it is what was waited for, which is printed. */
static bool takes(const struct event *event, void *arg)
{
	struct wait *w = arg;
	bool is_it = w->closed ? waited_closes(&w->waited, event, passes, w) :
				 waited_opens(event, passes, w);

	if (is_it)
		w->stream.done = !w->closed || !waited_any(&w->waited);
	return is_it;
}

/*
 * The programs of cgroups come first here, even where function entries cost less:
 * the kernel skips none of their runs, so nothing has to be looked for once a
 * second. SCTP has but a tracepoint.
 */
static void settle(struct wait *w)
{
	struct stream_options *o = &w->options;
	const char *proto = w->port.proto;

	if (proto && strcmp(proto, "sctp") != 0)
		*(strncmp(proto, "udp", 3) ? &o->filter.tcp : &o->filter.udp) = true;
	o->filter.ports = w->port.ports;
	o->filter.records = 0;
	stream_options_settle(o);
	o->wants.events = 1u << RECORD_OPEN | 1u << RECORD_CLOSE;
	o->wants.no_shut = !w->closed;
	o->wants.unskippable = !proto || strcmp(proto, "sctp") != 0;
}

static int say_not_yet(const struct wait *w)
{
	if (w->closed)
		say("port %s is still open after %s", w->word, w->timeout);
	else
		say("port %s did not open within %s", w->word, w->timeout);
	return STATUS_NO;
}

static int end_status(const struct wait *w, int err)
{
	const struct stream *stream = &w->stream;
	int status = stream_status(stream, err);

	if (status || (stream->done && stream->err >= 0))
		return status;
	return stream->loop.signal ? 128 + stream->loop.signal : say_not_yet(w);
}

/* Nothing can be traced here, with these privileges. */
static int answer_by_looking(struct wait *w)
{
	int status = look_until(&w->stream, &w->port, w->closed);

	if (status)
		return status;
	w->options.stats = false; /* there are none */
	stream_finish(&w->stream);
	return end_status(w, 0);
}

static int answer(struct wait *w)
{
	struct stream *stream = &w->stream;
	int err = stream_start(stream);

	if (!err && w->closed && !stream->done && !waited_any(&w->waited)) {
		say("port %s is not open", w->word);
		stream->done = true;
	}
	if (!err && !stream->done) {
		confine();
		err = stream_loop(stream);
	}
	trace_stop(session_trace(stream->session));
	stream_finish(stream);
	return end_status(w, err);
}

/* What the first look-up of a name takes, and the time zone, is not to be waited for later. */
static void warm_up(struct wait *w)
{
	tzset();
	enrich_user(w->stream.enrich, getuid());
	enrich_service(w->stream.enrich, IPPROTO_TCP, w->port.ports.ranges->first);
}

static int start(struct wait *w)
{
	struct stream *stream = &w->stream;
	struct coverage coverage;
	int status, err = loop_init(&stream->loop);

	if (err) {
		say("cannot start: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	stream->options = &w->options;
	stream->takes = takes;
	stream->arg = w;
	stream->outlives_output = stream->begins_late = true;
	stream->has_other_way = !w->options.strict && !w->options.wants.force_hooks;
	if (w->timeout)
		stream->end_ns = boot_after_ns(w->timeout_ns);
	settle(w);
	status = stream_open(stream, STDOUT_FILENO, &coverage);
	if (!stream->session && stream->has_other_way)
		return answer_by_looking(w);
	if (status)
		return status;
	warm_up(w);
	linger_start(); /* without it the end takes a little longer */
	return answer(w);
}

static int set_closed(void *target, const struct option_row *row, const char *value)
{
	struct wait *w = target;

	(void)row;
	(void)value;
	w->closed = true;
	return STATUS_OK;
}

static int set_timeout(void *target, const struct option_row *row, const char *value)
{
	struct wait *w = target;

	(void)row;
	w->timeout = value;
	return option_duration("timeout", value, &w->timeout_ns);
}

static const struct option_row wait_rows[] = {
	{ "closed", 0, NULL, "until it is closed: all sockets that are meant are gone", "what",
	  set_closed, 0 },
	{ "timeout", 0, "TIME", "at most that long: 500ms, 30s, 5m; then the status is 1", NULL,
	  set_timeout, 0 },
	{ "on", 0, "LIST", "where it listens; the same as --scope", NULL, option_set_scope, 0 },
};

static const struct option_rows wait_options = OPTION_ROWS(wait_rows);

static int parse(struct wait *w, int argc, char **argv)
{
	static const struct option_table table = {
		.parts = { &wait_options, &protocol_options, &who_options, &output_options,
			   &plain_options, &tracing_options, &btf_option, &habit_options },
		.page = "porttrace-wait(8)",
		.usage = "wait [PROTO/]PORT [OPTIONS]",
		.about =
			"Returns as soon as the port is open, and prints that it is: at once where it is\n"
			"open already. It does not poll. PORT is 5432, tcp/5432, udp/53, or a list, of\n"
			"which one will do. Every network namespace of the host is meant, unless --netns\n"
			"says which.",
	};
	int first, status = options_parse(&table, argc, argv, w, &first);

	if (status)
		return status;
	if (argc - first != 1) {
		say(first < argc ?
			    "wait takes one port, not '%s' as well; a list is written 80,443" :
			    "wait needs a port, as tcp/5432%s",
		    first < argc ? argv[first + 1] : "");
		return STATUS_USAGE;
	}
	w->word = argv[first];
	return port_arg_parse(w->word, &w->port);
}

int cmd_wait(int argc, char **argv)
{
	static struct wait w;
	int status;

	stream_options_init(&w.options);
	status = parse(&w, argc, argv);
	if (status)
		return status == OPTIONS_HELP ? STATUS_OK : status;
	status = start(&w);
	out_free(&w.stream.out); /* a pipe's other end waits for its last descriptor */
	/* Whoever waits for us does not have to wait for the hooks to be taken down. */
	linger_exit(status);
}
