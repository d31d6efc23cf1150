// SPDX-License-Identifier: GPL-2.0-only
/*
 * Panes: what "who" says of a port, "close" of it, the end of its process. The very code of these
 * commands runs in a child, so that the screen goes on meanwhile.
 */
#include "base/log.h"
#include "cmd/close.h"
#include "cmd/top_internal.h"
#include "cmd/who.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reading the tables takes milliseconds, SIGTERM and SIGKILL have 7 s: what takes longer hangs. */
#define PATIENCE_NS 30000000000ULL

static void put(struct top *top, const char *text)
{
	tui_pane_text(top->tui, text, strlen(text));
}

static void on_text(const char *data, size_t len, void *arg)
{
	tui_pane_text(((struct top *)arg)->tui, data, len);
}

static void on_question(const char *question, void *arg)
{
	tui_pane_ask(((struct top *)arg)->tui, question);
}

/* How it went its text has said, but for an end that nobody planned. */
static void on_end(int status, void *arg)
{
	struct top *top = arg;
	char text[96];

	top->pane.errand = NULL;
	if (status == 128 + SIGKILL)
		put(top, "It took too long, and was ended: nothing more is known.\n");
	else if (status > 128) {
		snprintf(text, sizeof(text), "It ended by signal %d: nothing more is known.\n",
			 status - 128);
		put(top, text);
	}
}

/* In the child: a pane is nobody else's, so it needs no name before each line. */
static void write_message(const char *text, size_t len, void *arg)
{
	size_t skip = say_name(text, len);

	(void)arg;
	fflush(stdout);
	if (write(STDERR_FILENO, text + skip, len - skip) < 0) {
		/* Nobody looks at the pane any more. */
	}
}

static int work(void *arg, const struct consent *consent)
{
	const struct top *top = arg;

	say_to(write_message, NULL);
	return top->pane.work(&top->pane.socket, &top->options, consent);
}

static int tell_who(const struct socket_info *socket, const struct stream_options *options,
		    const struct consent *consent)
{
	(void)consent;
	return who_endpoint(socket, options);
}

/* "who has tcp/8080 on 127.0.0.1" */
static void open_pane(struct top *top, const char *does, const struct socket_info *socket)
{
	char addr[INET6_ADDRSTRLEN], title[128];

	endpoint_addr_text(&socket->local, addr);
	snprintf(title, sizeof(title), "%s %s/%u on %s", does, proto_name(socket),
		 socket->local.port, addr);
	tui_pane_open(top->tui, title);
}

static void start(struct top *top)
{
	const struct errand_setup setup = {
		.loop = &top->stream.loop,
		.timers = &top->stream.timers,
		.work = work,
		.arg = top,
		.wrote = on_text,
		.asked = on_question,
		.ended = on_end,
		.owner = top,
		.patience_ns = PATIENCE_NS,
	};
	int err = errand_start(&top->pane.errand, &setup);
	char text[96];

	if (!err)
		return;
	snprintf(text, sizeof(text), "It cannot be started: %s\n", strerror(-err));
	put(top, text);
}

static void begin(struct top *top, const char *does, const struct socket_info *socket,
		  int (*work)(const struct socket_info *, const struct stream_options *,
			      const struct consent *))
{
	top_pane_leave(top);
	top->pane.socket = *socket;
	top->pane.work = work;
	open_pane(top, does, &top->pane.socket);
}

/* What was known of one that has closed, as rows of names and values. */
static void put_past(struct top *top, const struct event *event)
{
	static const char *const names[] = { "event",  "time", "lifetime", "user",
					     "pid",    "comm", "exe",      "args",
					     "parent", "unit", "container" };
	struct buf text = { 0 }, cell = { 0 };
	struct column_list list;
	const char *bad;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (columns_parse(names[i], &list, &bad))
			continue;
		buf_clear(&cell);
		list.columns[0]->put(event, top->stream.enrich, &cell);
		if (!cell.len)
			continue;
		buf_puts(&text, names[i]);
		buf_fill(&text, ' ', 12 - strlen(names[i]));
		buf_put(&text, cell.data, cell.len);
		buf_putc(&text, '\n');
	}
	buf_puts(&text, "\nNow: ");
	if (!text.failed)
		tui_pane_text(top->tui, text.data, text.len);
	buf_free(&text);
	buf_free(&cell);
}

void top_pane_who(struct top *top, const struct tui_intent *intent)
{
	struct event past = *intent->event; /* which is gone once the pane is opened */

	begin(top, intent->open ? "who has" : "who had", &past.socket, tell_who);
	if (!intent->open)
		put_past(top, &past);
	start(top);
}

void top_pane_close(struct top *top, const struct tui_intent *intent)
{
	begin(top, "close", &intent->event->socket, close_endpoint);
	start(top);
}

void top_pane_kill(struct top *top, const struct tui_intent *intent)
{
	begin(top, "end who holds", &intent->event->socket, close_holders);
	start(top);
}

void top_pane_answer(struct top *top, bool yes)
{
	if (top->pane.errand)
		errand_answer(top->pane.errand, yes);
}

void top_pane_leave(struct top *top)
{
	errand_leave(top->pane.errand);
	top->pane.errand = NULL;
}
