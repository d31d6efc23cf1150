// SPDX-License-Identifier: GPL-2.0-only
/* run: a command, and the ports of it and its descendants. */
#include "base/first_namespace.h"
#include "base/log.h"
#include "cmd/caller.h"
#include "cmd/cmd.h"
#include "cmd/command.h"
#include "cmd/passing.h"
#include "cmd/stream.h"
#include "output/summary.h"
#include "session/open_now.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct run {
	struct stream_options options; /* first: the target of their rows */
	struct stream stream;
	const char *log; /* NULL: stderr */
	int fd;          /* where events go */
	struct caller caller;
	struct command command;
	struct summary summary;
};

/* The summary knows when a port closed, also where --events asks for other things. */
static bool takes(const struct event *event, void *arg)
{
	struct run *r = arg;
	struct filter any = r->options.filter;

	any.records = 0;
	if (filter_pass(&any, event))
		summary_note(&r->summary, event);
	return filter_pass(&r->options.filter, event);
}

/* --- signals ----------------------------------------------------------------- */

static void on_signal(const struct signalfd_siginfo *info, void *arg)
{
	struct run *r = arg;
	int sig = (int)info->ssi_signo;
	bool from_command = trace_follows(session_trace(r->stream.session), info->ssi_pid);

	if (r->command.ended) { /* it is us who are to end, and not to wait for a reader */
		r->stream.loop.ended = true;
		return;
	}
	if (passing_needs(info, from_command, getpgid(r->command.pid) == getpgrp()))
		command_signal(&r->command, sig);
	if (sig == SIGTSTP) /* the whole job, of which we are a part; the shell looks at us */
		loop_stop();
}

static int take_signals(struct run *r)
{
	static const int signals[] = { SIGHUP,  SIGQUIT, SIGUSR1, SIGUSR2,
				       SIGALRM, SIGTSTP, SIGCONT, SIGWINCH };

	return loop_take_signals(&r->stream.loop, signals, sizeof(signals) / sizeof(*signals),
				 on_signal, r);
}

/* --- the end ----------------------------------------------------------------- */

static void on_ended(void *arg)
{
	struct run *r = arg;

	loop_remove(&r->stream.loop, r->command.pidfd);
	r->stream.loop.ended = true;
}

/* Who holds what stays open: the command that opened it may be gone. */
static void find_holders(struct run *r)
{
	const struct open_now_wants wants = { .btf_path = r->options.wants.btf_path };
	struct open_now *now;

	if (!summary_open(&r->summary) || open_now_read(&now, &wants))
		return;
	for (size_t i = 0; i < r->summary.n; i++) {
		struct summary_row *row = &r->summary.rows[i];
		const struct snapshot_row *found;

		found = row->open ? snapshot_find(open_now_snapshot(now), &row->socket) : NULL;
		if (!found || !found->n_holders)
			continue;
		row->holder_pid = found->holders[0]->tgid;
		memcpy(row->holder_comm, found->holders[0]->comm, sizeof(row->holder_comm));
	}
	open_now_free(now);
}

/* Lines for a program are no place for it; nor is stderr where they go there. */
static void say_open(const struct run *r)
{
	for (size_t i = 0; i < r->summary.n; i++) {
		const struct summary_row *row = &r->summary.rows[i];
		char addr[INET6_ADDRSTRLEN];

		if (!row->open)
			continue;
		endpoint_addr_text(&row->socket.local, addr);
		say("%s port %u of %s stays open, by %s (%u)", proto_name(&row->socket),
		    row->socket.local.port, addr, row->holder_pid ? row->holder_comm : row->comm,
		    row->holder_pid ? row->holder_pid : row->pid);
	}
}

static void summarize(struct run *r)
{
	if (r->options.output == &sink_table || r->log)
		find_holders(r);
	if (r->options.output == &sink_table && !r->stream.out.err)
		summary_print(&r->summary, &r->stream.out.buf);
	else if (r->log)
		say_open(r);
}

/* Its sockets closed before it could be seen to have ended, so all of them are told here. */
static void finish(struct run *r)
{
	struct stream *stream = &r->stream;

	stream->loop.ended = false;
	stream_drain(stream); /* or there is no room for the rest */
	stream_stop(stream);
	summarize(r);
	stream_finish(stream);
}

/* Where the tracing ended before the command did, that still gets its signals. */
static void outlast(struct run *r)
{
	struct stream *stream = &r->stream;

	if (stream->loop.ended)
		return;
	say("tracing has ended, and the command goes on");
	stream_stop(stream);
	while (!stream->loop.ended && !loop_round(&stream->loop, UINT64_MAX))
		;
}

/* --- the beginning ----------------------------------------------------------- */

static int let_go(struct run *r, char *const *argv)
{
	int err = command_go(&r->command);

	if (!err)
		return STATUS_OK;
	say("cannot run '%s': %s", argv[0], strerror(-err));
	command_reap(&r->command);
	return command_exit_status(&r->command);
}

/* From its first instruction to its end. */
static int follow(struct run *r, char *const *argv)
{
	struct stream *stream = &r->stream;
	int status, err = stream_start(stream);

	if (!err)
		err = loop_add(&stream->loop, r->command.pidfd, EPOLLIN, on_ended, r);
	if (err) {
		say("tracing failed: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	status = let_go(r, argv);
	if (status)
		return status;
	err = stream_loop(stream);
	outlast(r);
	command_reap(&r->command);
	finish(r);
	stream_status(stream, err); /* said; the status is the command's */
	return command_exit_status(&r->command);
}

static int check_coverage(const struct coverage *coverage)
{
	const struct capability_state *state = &coverage->states[CAPABILITY_DESCENDANTS];

	if (coverage_holds(state))
		return STATUS_OK;
	say("the descendants of a command cannot be followed here, and so it is not run");
	return STATUS_NO_TRACING;
}

static int trace(struct run *r, char *const *argv)
{
	struct stream *stream = &r->stream;
	struct coverage coverage;
	int status, err = loop_init(&stream->loop);

	if (!err)
		err = take_signals(r);
	if (err) {
		say("cannot start: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	stream->options = &r->options;
	stream->takes = takes;
	stream->arg = r;
	stream->outlives_output = stream->begins_late = true;
	r->options.filter.pids[0] = (uint32_t)r->command.pid;
	r->options.filter.n_pids = 1;
	stream_options_settle(&r->options);
	status = stream_open(stream, r->fd, &coverage);
	if (!status)
		status = check_coverage(&coverage);
	if (!status)
		status = follow(r, argv);
	return status;
}

static int open_log(struct run *r)
{
	bool root_again;

	r->fd = STDERR_FILENO;
	if (!r->log)
		return STATUS_OK;
	r->fd = caller_open(&r->caller, r->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
			    &root_again);
	if (!root_again) {
		say("cannot be root again: %s", strerror(errno));
		return STATUS_NO_TRACING;
	}
	if (r->fd >= 0)
		return STATUS_OK;
	say("--log '%s': %s", r->log, strerror(-r->fd));
	return STATUS_OUTPUT;
}

/* What must be so before anything is done. */
static int check(struct run *r)
{
	int status = caller_find(&r->caller, !geteuid(), getenv("SUDO_UID"), getenv("SUDO_GID"));

	if (status)
		return status;
	if (!in_first_namespace("pid", PID_INIT_INO)) {
		say("a command is followed by its number in the host's pid namespace, and this is "
		    "another one: run it there");
		return STATUS_NO_TRACING;
	}
	return open_log(r);
}

static int run(struct run *r, char *const *argv)
{
	int err, status = check(r);

	if (status)
		return status;
	/* Before anything of us changes that it would inherit. */
	err = command_start(&r->command, argv, &r->caller);
	if (err) {
		say("cannot start a process: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	status = trace(r, argv);
	command_free(&r->command);
	stream_close(&r->stream);
	loop_free(&r->stream.loop);
	return status;
}

static int set_log(void *target, const struct option_row *row, const char *value)
{
	struct run *r = target;

	(void)row;
	r->log = value;
	return STATUS_OK;
}

static const struct option_row run_rows[] = {
	{ "log", 0, "FILE", "events go there, and not to stderr", NULL, set_log, 0 },
};

static const struct option_rows run_options = OPTION_ROWS(run_rows);

int cmd_run(int argc, char **argv)
{
	static const struct option_table table = {
		.parts = { &event_option, &run_options, &socket_options, &where_options,
			   &output_options, &plain_options, &tracing_options, &btf_option,
			   &habit_options },
		.page = "porttrace-run(8)",
		.usage = "run [OPTIONS] [--] CMD [ARGUMENTS]",
		.about =
			"Runs CMD, and prints on stderr the ports that it and its descendants open and\n"
			"close, from its first instruction on; with --events their connections as well.\n"
			"Ends when CMD does, with its status and a summary. Under sudo CMD runs as the\n"
			"user who called it.",
		.operands_end = true,
	};
	static struct run r;
	int first, status;

	stream_options_init(&r.options);
	status = options_parse(&table, argc, argv, &r, &first);
	if (!status && (first == argc || !*argv[first])) {
		say("run needs a command, as: porttrace run -- make test");
		status = STATUS_USAGE;
	}
	if (!status)
		status = run(&r, argv + first);
	caller_free(&r.caller);
	summary_free(&r.summary);
	stream_options_free(&r.options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
