// SPDX-License-Identifier: GPL-2.0-only
/* top: what is open, as a table that lives in the terminal. */
#include "cmd/top_internal.h"

#include "base/log.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* --- events ---------------------------------------------------------------------------------------- */

static void put_event(const struct sink *sink, const struct event *event, struct buf *out)
{
	struct top *top = sink->arg;

	(void)out;
	if (!top->tui)
		return;
	if (event->kind == EVENT_LOST)
		top_facts_lost(top, event);
	if (tui_event(top->tui, event, boot_now_ns()))
		session_compare(top->stream.session); /* no memory: it may be there later */
}

/* A stream's sink that prints nothing. */
static const struct sink_ops sink_top = { .name = "top", .event = put_event };

static void on_count(const struct alert_count *count, void *arg)
{
	struct top *top = arg;

	if (top->tui)
		tui_counted(top->tui, count, boot_now_ns());
}

/* --- the policy is read again ---------------------------------------------------------------------- */

static void tell_again(const struct event *open, void *arg)
{
	struct top *top = arg;
	struct event event = *open;

	enrich_event(top->stream.enrich, &event);
	if (!filter_pass(&top->options.filter, &event))
		return;
	if (judge_event(top->alerting.judge, &event, &top->alerting.judgement))
		event.verdict = &top->alerting.judgement.verdict;
	tui_event(top->tui, &event, boot_now_ns());
}

/* Each port has the verdict of the new one. */
static void reload(struct top *top)
{
	alerting_reload(&top->alerting);
	tui_forget(top->tui);
	ports_tell_open(session_ports(top->stream.session), tell_again, top);
}

/* --- signals and keys ------------------------------------------------------------------------------ */

static void end_by(struct top *top, int sig)
{
	top->stream.loop.signal = sig;
	top->stream.loop.ended = true;
}

static void on_signal(const struct signalfd_siginfo *info, void *arg)
{
	struct top *top = arg;

	switch (info->ssi_signo) {
	case SIGWINCH:
		tui_resize(top->tui);
		break;
	case SIGTSTP:
		tui_leave(top->tui);
		loop_stop();
		tui_resize(top->tui);
		break;
	case SIGCONT:
		tui_resize(top->tui);
		break;
	case SIGHUP:
		/* From the kernel: the terminal is gone. */
		if (top->alerting.on && info->ssi_code != SI_KERNEL)
			reload(top);
		else
			end_by(top, SIGHUP);
		break;
	default:
		end_by(top, (int)info->ssi_signo);
	}
}

static void obey(struct top *top, const struct tui_intent *intent)
{
	switch (intent->wish) {
	case TUI_NOTHING:
		break;
	case TUI_QUIT:
		top->stream.loop.ended = true;
		break;
	case TUI_DETAILS:
		top_pane_who(top, intent);
		break;
	case TUI_CLOSE:
		top_pane_close(top, intent);
		break;
	case TUI_KILL:
		top_pane_kill(top, intent);
		break;
	case TUI_ENTERED:
		if (intent->tab == TUI_CONNECTIONS)
			top_connections_start(top);
		break;
	case TUI_ANSWERED:
		top_pane_answer(top, intent->yes);
		break;
	case TUI_PANE_LEFT:
		top_pane_leave(top);
		break;
	}
}

static void on_keys(void *arg)
{
	struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };
	struct tui_intent intent = { 0 };
	struct top *top = arg;

	while (!top->stream.loop.ended && tui_key(top->tui, boot_now_ns(), &intent))
		obey(top, &intent);
	if (poll(&terminal, 1, 0) > 0 && terminal.revents & (POLLHUP | POLLERR | POLLNVAL))
		end_by(top, SIGHUP); /* nobody is there any more */
}

/* After each round: what is due is drawn, and what will be is waited for. */
static void on_round(void *arg)
{
	struct top *top = arg;
	uint64_t now = boot_now_ns(), due = tui_due(top->tui, now);

	if (due <= now) {
		tui_draw(top->tui, now);
		due = tui_due(top->tui, now);
	}
	timer_cancel(&top->draw);
	if (due != UINT64_MAX)
		timer_set(&top->stream.timers, &top->draw, due);
}

static void on_draw(void *arg)
{
	(void)arg; /* the end of this round draws */
}

/* --- its life ---------------------------------------------------------------------------------- */

static int open_screen(struct top *top)
{
	const struct tui_setup setup = {
		.procs = session_procs(top->stream.session),
		.enrich = top->stream.enrich,
		.color = stream_options_color(&top->options, STDOUT_FILENO),
		.mouse = top->mouse,
		.columns = &top->options.columns,
		.parse = top_filter_parse,
		.drop = top_filter_drop,
		.arg = top,
	};
	const char *term = getenv("TERM");
	int err = tui_open(&top->tui, &setup, boot_now_ns());

	if (!err)
		return STATUS_OK;
	top->tui = NULL;
	if (err == -ENXIO)
		say("top needs a terminal whose cursor can be moved; TERM says '%s', and this host's "
		    "terminfo has no such one: set it to what the terminal is, or use watch or list",
		    term ? term : "");
	else
		say("the terminal cannot be drawn on: %s", strerror(-err));
	return err == -ENXIO ? STATUS_USAGE : STATUS_NO_TRACING;
}

static int run(struct top *top)
{
	int err = stream_start(&top->stream);

	if (!err)
		err = loop_add(&top->stream.loop, STDIN_FILENO, EPOLLIN, on_keys, top);
	if (!err) {
		alerting_start(&top->alerting);
		top_facts_start(top);
		top_show_first(top);
		on_round(top);
		err = stream_loop(&top->stream);
	}
	top_pane_leave(top);
	top_connections_close(top);
	top_facts_close(top);
	tui_close(top->tui);
	top->tui = NULL;
	stream_stop(&top->stream);
	alerting_stop(&top->alerting);
	stream_finish(&top->stream);
	return stream_status(&top->stream, err);
}

static int open_all(struct top *top)
{
	static const int signals[] = { SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT };
	int status, err = loop_init(&top->stream.loop);

	if (!err)
		err = loop_take_signals(&top->stream.loop, signals,
					sizeof(signals) / sizeof(*signals), on_signal, top);
	if (err) {
		say("cannot start: %s", strerror(-err));
		return STATUS_NO_TRACING;
	}
	top_facts_open(top);
	status = stream_open(&top->stream, -1, &top->coverage);
	if (!status)
		status = alerting_attach(&top->alerting);
	return status ? status : open_screen(top);
}

static int show(struct top *top)
{
	int status;

	top->stream.options = &top->options;
	top->stream.sink_arg = top;
	top->stream.begins_late = true;
	top->stream.round = on_round;
	top->stream.round_arg = top;
	top->draw = (struct timer){ .fire = on_draw, .arg = top };
	top->alerting.counted = on_count;
	top->alerting.counted_arg = top;
	top->alerting.runs_no_hooks = true;
	top_say_to(top, NULL, NULL);
	stream_options_settle(&top->options);
	status = alerting_open(&top->alerting, &top->stream, &top->metering);
	if (!status) {
		status = open_all(top);
		if (!status)
			status = run(top);
		stream_close(&top->stream);
		loop_free(&top->stream.loop);
	}
	alerting_close(&top->alerting);
	top_say_kept(top);
	return status;
}

static int check_terminal(void)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return STATUS_OK;
	say("top needs a terminal: %s is none; use watch or list",
	    isatty(STDIN_FILENO) ? "stdout" : "stdin");
	return STATUS_USAGE;
}

static int set_mouse(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	((struct top *)target)->mouse = true;
	return STATUS_OK;
}

int cmd_top(int argc, char **argv)
{
	static const struct option_row rows[] = {
		{ "mouse", 0, NULL, "clicks and the wheel; select text with Shift then", "screen",
		  set_mouse, 0 },
	};
	static const struct option_rows own = OPTION_ROWS(rows);
	static const struct option_table table = {
		.parts = { &filter_options, &own, &look_options, &numeric_option,
			   &watched_policy_option, &tracing_options, &btf_option, &habit_options },
		.usage = "top [OPTIONS]",
		.page = "porttrace-top(8)",
		.about =
			"Shows what is open as a table in the terminal, live. Enter tells who has a port,\n"
			"'x' closes it, 'k' ends its process, '/' filters, and '?' lists all keys.",
	};
	struct top top = { 0 };
	int status;

	stream_options_init(&top.options);
	top.options.output = &sink_top;
	top.options.columns.n = 0;
	status = options_parse_alone(&table, "top", "a port is given as --port", argc, argv,
				     &top.options);
	if (!status)
		status = check_terminal();
	if (!status)
		status = show(&top);
	stream_options_free(&top.options);
	return status == OPTIONS_HELP ? STATUS_OK : status;
}
