// SPDX-License-Identifier: GPL-2.0-only
/* top: what is on the screen as ports open and close, and what is asked of one by a key. */
#define _GNU_SOURCE 1

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.h"
#include "await.h"
#include "closing.h"
#include "netns.h"
#include "peer.h"
#include "policing.h"
#include "screen.h"
#include "tests.h"
#include "text.h"

#define PORT "127.0.0.1:8080"
/* The mark of a row whose port closed: its other characters are struck through, each by another. */
#define CLOSED "\n-"

static struct outcome outcome;

/* A row's mark: '+' it is new, '-' it closed. */
static void await_mark(const char *port, char mark)
{
	while (screen_line(port)[0] != mark)
		check(time_left() > 0, "it is not marked with '%c': \"%s\"", mark,
		      screen_line(port));
}

static void is_live(void)
{
	struct opener old = holder_of("127.0.0.1", 8080), later;
	long long closed;

	screen_top(NULL);
	screen_await(PORT);
	check(screen_line(PORT)[0] == ' ', "it was there: %s", screen_line(PORT));
	later = holder_of("127.0.0.1", 8081);
	screen_await("127.0.0.1:8081");
	await_mark("127.0.0.1:8081", '+');
	check(strstr(screen_line("127.0.0.1:8081"), self_comm()) != NULL, "whose it is: %s",
	      screen_line("127.0.0.1:8081"));
	opener_close(&later);
	screen_await(CLOSED);
	closed = now_ms();
	screen_await_gone(CLOSED);
	check(now_ms() - closed > 4000, "it stays for 5 s, and went after %lld ms",
	      now_ms() - closed);
	opener_close(&old);
}

static void closes_by_key(void)
{
	struct opener opener = holder_of("127.0.0.1", 8080);

	screen_top("--port", "8080", NULL);
	screen_await(PORT);
	screen_key("x");
	screen_await("Close this port? [y/N]");
	screen_key("n");
	screen_await("nothing was closed");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	screen_key("Escape");
	screen_await("Details");
	screen_key("x");
	screen_await("Close this port? [y/N]");
	screen_key("y");
	while (!strstr(screen_text(), "tcp/8080 on 127.0.0.1 is closed")) {
		if (strstr(screen_text(), "CONFIG_INET_DIAG_DESTROY"))
			test_skip("this kernel cannot destroy sockets (CONFIG_INET_DIAG_DESTROY)");
		check(time_left() > 0, "it does not say what came of it:\n%s", screen_text());
	}
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
	check(!kill(opener.child.pid, 0), "its process lives");
	screen_key("Escape");
	screen_await(CLOSED);
}

static void ends_the_process(void)
{
	struct opener opener = holder_of("127.0.0.1", 8080);
	char question[64];
	siginfo_t info;

	snprintf(question, sizeof(question), "End %s (%d)? [y/N]", self_comm(), opener.child.pid);
	screen_top(NULL);
	screen_await(PORT);
	screen_key("k");
	screen_await(question);
	check(!kill(opener.child.pid, 0), "it is asked before it is done");
	screen_key("y");
	screen_await("has ended");
	screen_await("tcp/8080 on 127.0.0.1 is closed");
	check(!waitid(P_PID, (id_t)opener.child.pid, &info, WEXITED) && info.si_status == SIGTERM,
	      "it ended by signal %d", info.si_status);
}

/* What SIGTERM does not end it asks about again. */
static void ignore_sigterm(int ctl, void *arg)
{
	(void)arg;
	signal(SIGTERM, SIG_IGN);
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

static void asks_again(void)
{
	struct child child = child_start(ignore_sigterm, NULL);
	siginfo_t info;

	step_await(child.ctl);
	screen_top(NULL);
	screen_await(PORT);
	screen_key("k");
	screen_await("? [y/N]");
	screen_key("y");
	screen_await("did not end by SIGTERM within 5 s");
	screen_await("Send SIGKILL to ");
	check(!kill(child.pid, 0), "it is asked before it is done");
	screen_key("y");
	screen_await("has ended");
	check(!waitid(P_PID, (id_t)child.pid, &info, WEXITED) && info.si_status == SIGKILL,
	      "it ended by signal %d", info.si_status);
}

/* The pane is left: what was asked is not done, and its child is gone. */
static void leaves_a_question(void)
{
	struct opener opener = holder_of("127.0.0.1", 8080);
	char children[64];

	screen_top(NULL);
	screen_await(PORT);
	snprintf(children, sizeof(children), "/proc/%d/task/%d/children", screen_pid(),
		 screen_pid());
	screen_key("k");
	screen_await("? [y/N]");
	check(*file_read(children), "a child asks");
	screen_key("Escape");
	screen_await("Details");
	while (*file_read(children))
		check(time_left() > 0, "its child stays: %s", file_read(children));
	check(!kill(opener.child.pid, 0), "what was not agreed to was done");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

/* The sentence that "who" begins with, up to the time since when. */
static void tells_who(void)
{
	char sentence[128];

	holder_of("127.0.0.1", 8080);
	screen_top(NULL);
	screen_await(PORT);
	screen_key("Enter");
	ask_who(&outcome, "8080", false);
	snprintf(sentence, sizeof(sentence), "%.*s", (int)strcspn(outcome.out, ","), outcome.out);
	check(strstr(sentence, "tcp/8080 on 127.0.0.1") != NULL, "who says: %s", outcome.out);
	/* The pane is as wide as the terminal: the sentence may go on in the next line. */
	sentence[80] = '\0';
	screen_await(sentence);
	screen_await("command line");
	screen_key("Escape");
	screen_await("Details");
}

static void filters(void)
{
	holder_of("127.0.0.1", 8080);
	holder_of("127.0.0.1", 9090);
	screen_top(NULL);
	screen_await(PORT);
	screen_await("127.0.0.1:9090");
	screen_key("/");
	screen_type("--port 9000-9999");
	screen_key("Enter");
	screen_await_gone(PORT);
	screen_await("127.0.0.1:9090");
	screen_key("/");
	screen_key("C-u");
	screen_type("--tpc");
	screen_key("Enter");
	screen_await("did you mean '--tcp'?");
	screen_key("C-u");
	screen_type("8080");
	screen_key("Enter");
	screen_await_gone("127.0.0.1:9090");
	screen_await(PORT);
}

static void remembers(void)
{
	struct opener first = holder_of("127.0.0.1", 8080);
	char title[64], who[32];

	screen_top(NULL);
	screen_await(PORT);
	opener_close(&first);
	screen_await(CLOSED);
	holder_of("127.0.0.1", 8080);
	screen_await_gone(CLOSED);
	screen_key("4");
	screen_await("TIME");
	/* The newest first: the open of the second, the close of the first. */
	snprintf(title, sizeof(title), "%s", screen_line(" close "));
	snprintf(who, sizeof(who), "%d", first.child.pid);
	check(strstr(title, PORT) && strstr(title, who), "who had it before: %s", title);
}

static void shows_connections(void)
{
	struct link before, after;

	before = link_make("127.0.0.1", "127.0.0.1");
	screen_top(NULL);
	screen_await(PORT);
	screen_key("2");
	screen_await("connections are told from now on");
	while (!text_lines_with(screen_text(), "8080", "1"))
		check(time_left() > 0, "the one that is there is not counted:\n%s", screen_text());
	link_done(&before);
	after = link_make("127.0.0.1", "127.0.0.1");
	link_done(&after);
}

static void judges(void)
{
	char policy[128];

	policing_prepare();
	file_write(POLICY_PATH, 0644, MARKERS "allow tcp/8080\ndefault alert:crit\n");
	snprintf(policy, sizeof(policy), "%s", POLICY_PATH);
	holder_of("127.0.0.1", 8080);
	holder_of("127.0.0.1", 9090);
	screen_top("--policy", policy, NULL);
	screen_await("127.0.0.1:9090");
	check(!strchr(screen_line(PORT), '!'), "it is allowed: %s", screen_line(PORT));
	check(strchr(screen_line("127.0.0.1:9090"), '!') != NULL, "it is not marked: %s",
	      screen_line("127.0.0.1:9090"));
	screen_key("3");
	screen_await("UNEXPECTED");
	check(strstr(screen_line("127.0.0.1:9090"), "no rule allows it") != NULL, "the alert:\n%s",
	      screen_text());
	screen_key("1");
	screen_await(PORT);
	file_write(POLICY_PATH, 0644, MARKERS "allow tcp/9090\ndefault alert:crit\n");
	kill(screen_pid(), SIGHUP);
	while (!strchr(screen_line(PORT), '!') || strchr(screen_line("127.0.0.1:9090"), '!'))
		check(time_left() > 0, "the policy that was read again does not show:\n%s",
		      screen_text());
}

const struct test top_tests[] = {
	{ "top-live", "top: a port opens and is there, closes and goes", is_live, 0 },
	{ "top-close", "top: x closes a port, and its process lives", closes_by_key, 0 },
	{ "top-kill", "top: k ends the process, once it is agreed", ends_the_process, 0 },
	{ "top-kill-again", "top: what ignores SIGTERM is asked about", asks_again, 30 },
	{ "top-left", "top: a pane that is left does nothing more", leaves_a_question, 0 },
	{ "top-who", "top: Enter says what who says", tells_who, 0 },
	{ "top-filter", "top: / filters as the command line does", filters, 0 },
	{ "top-history", "top: who had a port before", remembers, 0 },
	{ "top-connections", "top: those that were there are counted, too", shows_connections, 0 },
	{ "top-policy", "top: what is unexpected, before and behind a SIGHUP", judges, 0 },
	{ 0 },
};
