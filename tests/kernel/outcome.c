// SPDX-License-Identifier: GPL-2.0-only
#include "outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "netns.h"
#include "sockets.h"

#define ARGS_MAX 16

static int take_words(const char **args, const char *word, va_list words)
{
	int n = 0;

	for (; word && n < ARGS_MAX; word = va_arg(words, const char *))
		args[n++] = word;
	return n;
}

int run_here(struct outcome *outcome, const char *word, ...)
{
	const char *args[ARGS_MAX + 3] = { NULL };
	char netns[24];
	va_list words;
	int n;

	va_start(words, word);
	n = take_words(args, word, words);
	va_end(words);
	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	args[n] = "--netns";
	args[n + 1] = netns;
	run_porttrace(args, false, outcome);
	return outcome->status;
}

int run_as_nobody(struct outcome *outcome, const char *word, ...)
{
	const char *args[ARGS_MAX + 1] = { NULL };
	va_list words;

	va_start(words, word);
	take_words(args, word, words);
	va_end(words);
	run_porttrace(args, true, outcome);
	return outcome->status;
}

static void listen_on_host(int ctl, void *port)
{
	netns_enter(host_netns());
	tcp_listen("127.0.0.1", *(int *)port);
	step_give(ctl);
	step_await(ctl); /* until the test is over */
}

struct child host_listener(int port)
{
	struct child child = child_start(listen_on_host, &port);

	step_await(child.ctl);
	return child;
}

void expect_status(const struct outcome *outcome, int status)
{
	check(outcome->status == status,
	      "exit status %d, expected %d; stdout: %.1000s stderr: %.1000s", outcome->status,
	      status, outcome->out, outcome->err);
}

void expect_out(const struct outcome *outcome, const char *text)
{
	check(strstr(outcome->out, text), "stdout does not say \"%s\": %.1500s", text,
	      outcome->out);
}

void expect_said(const struct outcome *outcome, const char *text)
{
	check(strstr(outcome->err, text), "stderr does not say \"%s\": %.1500s", text,
	      outcome->err);
}
