// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections, once somebody looks at them: their hooks cost each connection of the host something,
 * and attaching them takes a quarter of a second. So a child has a session of its own for them, and
 * writes what it sees into a pipe, as records that only a fork of this very program could read.
 */
#include "base/log.h"
#include "cmd/backends.h"
#include "cmd/top_internal.h"
#include "session/open_now.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum told_kind { TOLD_EVENT, TOLD_HOOKS, TOLD_MESSAGE };

/* Before each record; what follows is len bytes long. */
struct told_head {
	enum told_kind kind;
	uint32_t len;
};

/* Pointers are to texts of the program, which are where they are in the child; the rest is here. */
struct told_event {
	struct event event;
	struct connection connection;
	struct task_ref task;
	bool has_connection;
	bool has_process;
};

/* --- in the child ------------------------------------------------------------------------------ */

static void put_told(struct buf *out, enum told_kind kind, const void *data, size_t len)
{
	const struct told_head head = { .kind = kind, .len = (uint32_t)len };

	buf_put(out, (const char *)&head, sizeof(head));
	buf_put(out, data, len);
}

static void put_task(struct told_event *told, const struct process *process)
{
	told->has_process = true;
	told->task = (struct task_ref){ .start_ns = process->start_ns,
					.exec_id = process->exec_id,
					.cgroup_id = process->cgroup_id,
					.tgid = process->tgid,
					.uid = process->uid,
					.gid = process->gid,
					.kthread = process->kthread };
	memcpy(told->task.comm, process->comm, sizeof(told->task.comm));
}

/* The sink of the child's stream. Ports are told by the parent's own session. */
static void put_event(const struct sink *sink, const struct event *event, struct buf *out)
{
	struct told_event told = { .event = *event };

	(void)sink;
	if (!event->connection && event->kind != EVENT_LOST)
		return;
	told.event.actor.process = NULL;
	told.event.holders = NULL;
	told.event.n_holders = 0;
	told.event.connection = NULL;
	if (event->connection) {
		told.has_connection = true;
		told.connection = *event->connection;
	}
	if (event->actor.process)
		put_task(&told, event->actor.process);
	put_told(out, TOLD_EVENT, &told, sizeof(told));
}

static const struct sink_ops sink_wire = { .name = "wire", .event = put_event };

static void take_message(const char *text, size_t len, void *arg)
{
	put_told(&((struct stream *)arg)->out.buf, TOLD_MESSAGE, text, len);
}

static void tell_one(const struct event *event, void *arg)
{
	if (event->connection)
		stream_tell(arg, event);
}

/* Those that are there. The hooks are on: what ends meanwhile is told behind. */
static void tell_existing(struct stream *stream)
{
	const struct open_now_wants wants = { .connections = true,
					      .quiet = true,
					      .btf_path = stream->options->wants.btf_path };
	struct open_now *now;

	if (open_now_read(&now, &wants))
		return;
	open_now_each(now, &stream->options->filter, tell_one, stream);
	open_now_free(now);
}

static int tell_all(struct stream *stream, struct coverage *coverage)
{
	char hooks[64] = "none";
	int err, status = stream_open(stream, STDOUT_FILENO, coverage);

	if (status)
		return status;
	backends_put(coverage, hooks, sizeof(hooks));
	put_told(&stream->out.buf, TOLD_HOOKS, hooks, strlen(hooks));
	err = stream_start(stream);
	if (!err) {
		tell_existing(stream);
		err = stream_loop(stream);
	}
	return stream_status(stream, err);
}

static int child(void *arg, const struct consent *consent)
{
	struct stream_options options = ((struct top *)arg)->options;
	struct stream stream = { .options = &options };
	struct coverage coverage = { 0 };
	int status = STATUS_NO_TRACING;

	(void)consent;
	options.filter.records = 1u << RECORD_CONNECT | 1u << RECORD_ACCEPT | 1u << RECORD_END;
	options.output = &sink_wire;
	options.policy = NULL;
	options.stats = false;
	stream_options_settle(&options);
	say_to(take_message, &stream);
	if (!loop_init(&stream.loop))
		status = tell_all(&stream, &coverage);
	stream_drain(&stream);
	stream_close(&stream);
	return status;
}

/* --- in the parent ------------------------------------------------------------------------------- */

static void take_event(struct top *top, const char *data)
{
	struct procs *procs = session_procs(top->stream.session);
	struct process *process = NULL;
	struct told_event told;

	memcpy(&told, data, sizeof(told));
	if (told.has_process)
		process = procs_get(procs, &told.task);
	told.event.actor.process = process;
	if (told.has_connection)
		told.event.connection = &told.connection;
	if (told.event.kind == EVENT_LOST)
		top_facts_lost(top, &told.event);
	tui_event(top->tui, &told.event, boot_now_ns());
	if (process)
		procs_put(procs, process);
}

static void take_hooks(struct top *top, const char *data, size_t len)
{
	snprintf(top->connections.hooks, sizeof(top->connections.hooks), "%.*s", (int)len, data);
	top_facts_show(top);
	tui_message(top->tui, "connections are told from now on, and as long as this runs");
}

static void take(struct top *top, const struct told_head *head, const char *data)
{
	switch (head->kind) {
	case TOLD_EVENT:
		take_event(top, data);
		break;
	case TOLD_HOOKS:
		take_hooks(top, data, head->len);
		break;
	case TOLD_MESSAGE:
		say_text(data, head->len);
		break;
	}
}

static void on_wire(const char *data, size_t len, void *arg)
{
	struct top *top = arg;
	struct buf *wire = &top->connections.wire;
	struct told_head head;
	size_t at = 0;

	buf_put(wire, data, len);
	while (wire->len - at >= sizeof(head)) {
		memcpy(&head, wire->data + at, sizeof(head));
		if (wire->len - at - sizeof(head) < head.len)
			break;
		take(top, &head, wire->data + at + sizeof(head));
		at += sizeof(head) + head.len;
	}
	buf_consume(wire, at);
}

static void on_end(int status, void *arg)
{
	struct top *top = arg;

	top->connections.errand = NULL;
	*top->connections.hooks = '\0';
	buf_free(&top->connections.wire);
	top_facts_show(top);
	say("connections are not told any more: what tells them ended with status %d", status);
}

void top_connections_start(struct top *top)
{
	const struct errand_setup setup = {
		.loop = &top->stream.loop,
		.timers = &top->stream.timers,
		.work = child,
		.arg = top,
		.wrote = on_wire,
		.ended = on_end,
		.owner = top,
	};
	int err;

	if (top->connections.errand)
		return;
	err = errand_start(&top->connections.errand, &setup);
	if (err)
		say("connections cannot be told: %s", strerror(-err));
	else
		tui_message(top->tui, "the hooks for connections are being attached");
}

void top_connections_close(struct top *top)
{
	errand_leave(top->connections.errand);
	top->connections.errand = NULL;
	buf_free(&top->connections.wire);
}
