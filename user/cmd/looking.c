// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/looking.h"

#include "base/log.h"
#include "cmd/waited.h"
#include "session/open_now.h"

#include <stdlib.h>

/* A look takes some milliseconds of CPU time, more with many processes. */
#define LOOK_GAP_NS 200000000ULL

struct looking {
	struct stream *stream;
	const struct port_arg *port;
	bool closed;
	bool again;           /* it has looked before */
	struct waited before; /* ports that were open at the last look; of "closed" alone */
	struct waited now;
};

static bool any(const struct event *event, void *arg)
{
	(void)event;
	(void)arg;
	return true;
}

static void see(const struct event *event, void *arg)
{
	struct looking *l = arg;
	struct event found = *event;

	if (l->stream->done || !port_arg_has(l->port, &event->socket))
		return;
	if (l->closed) {
		waited_closes(&l->now, event, any, NULL); /* noted as open */
		return;
	}
	if (l->again) /* since the last look; when is not known */
		found.kind = EVENT_RECOVERED;
	stream_print(l->stream, &found);
	l->stream->done = true;
}

/* What is not there any more. */
static void tell_closed(struct looking *l)
{
	struct event event = { .kind = EVENT_RECOVERED, .from = RECORD_CLOSE };

	for (size_t i = 0; i < l->before.n; i++) {
		if (waited_has(&l->now, &l->before.open[i]))
			continue;
		event.socket.local = l->before.open[i];
		event.time_ns = boot_now_ns();
		stream_print(l->stream, &event);
	}
	waited_free(&l->before);
	l->before = l->now;
	l->now = (struct waited){ 0 };
}

static int look(struct looking *l)
{
	struct stream_options *options = l->stream->options;
	const struct open_now_wants wants = { .quiet = l->again,
					      .btf_path = options->wants.btf_path };
	struct open_now *now;
	int status = open_now_read(&now, &wants);

	if (status)
		return status;
	if (!l->again) {
		enrich_set_host_netns(l->stream->enrich, open_now_host_netns(now));
		stream_options_host_netns(options, open_now_host_netns(now));
	}
	open_now_each(now, &options->filter, see, l);
	open_now_free(now);
	if (!l->closed)
		return STATUS_OK;
	tell_closed(l);
	l->stream->done = !waited_any(&l->before);
	if (l->stream->done && !l->again)
		say("the port is not open");
	return STATUS_OK;
}

/* Sleeps until the next look, a signal or the end of the time. 0 or -errno. */
static int rest(struct stream *stream)
{
	uint64_t until = boot_now_ns() + LOOK_GAP_NS, now;
	int err = 0;

	if (stream->end_ns && stream->end_ns < until)
		until = stream->end_ns;
	while (!err && !stream->loop.ended && (now = boot_now_ns()) < until)
		err = loop_round(&stream->loop, until - now);
	return err;
}

int look_until(struct stream *stream, const struct port_arg *port, bool closed)
{
	struct looking looking = { .stream = stream, .port = port, .closed = closed };
	int status = look(&looking);

	if (!status && !stream->done)
		say("nothing can be traced here ('porttrace doctor' says why), so the port is "
		    "looked for every %llu ms: what is open for less is missed",
		    LOOK_GAP_NS / 1000000);
	looking.again = true;
	while (!status && !stream->done && !stream->loop.ended &&
	       !(stream->end_ns && boot_now_ns() >= stream->end_ns)) {
		if (rest(stream))
			status = STATUS_NO_TRACING;
		else
			status = look(&looking);
	}
	waited_free(&looking.before);
	waited_free(&looking.now);
	return status;
}
