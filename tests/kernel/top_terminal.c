// SPDX-License-Identifier: GPL-2.0-only
/* top and its terminal: taken, given back, and what is said where there is none. */
#define _GNU_SOURCE 1

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await.h"
#include "closing.h"
#include "folder.h"
#include "netns.h"
#include "policing.h"
#include "screen.h"
#include "tests.h"

/* Of what stands behind it; tmux does not always know. */
#define SAYS_STATUS "\"$@\"; echo status=$?; read _"

static struct outcome outcome;

/* --- in a shell ------------------------------------------------------------------------------- */

static void start_shell(void)
{
	screen_run((const char *const[]){ "sh", "-i", NULL }); /* what is typed waits for it */
}

/* A line for the shell; said: what it says in the end. */
static void shell(const char *line, const char *said)
{
	screen_type(line);
	screen_key("Enter");
	if (said)
		screen_await(said);
}

/* How the terminal is set, in short. */
static void note_modes(const char *name, char modes[256])
{
	char line[64];

	/* In two parts, so that the line itself is not what is looked for. */
	snprintf(line, sizeof(line), "clear; echo %s'='$(stty -g | md5sum)", name);
	shell(line, NULL);
	snprintf(line, sizeof(line), "%s=", name);
	screen_await(line);
	snprintf(modes, 256, "%s", screen_line(line) + strlen(line));
	check(*modes, "stty says nothing:\n%s", screen_text());
}

static void start_top(void)
{
	char line[512];
	size_t len;

	snprintf(line, sizeof(line), "%s top --netns %lu", config.porttrace, netns_inode());
	for (int i = 0; config.extra[i]; i++) {
		len = strlen(line);
		snprintf(line + len, sizeof(line) - len, " %s", config.extra[i]);
	}
	shell(line, NULL);
	screen_await("kKill");
}

static void await_shell(void)
{
	while (screen_is_alternate())
		check(time_left() > 0, "the terminal is not given back:\n%s", screen_text());
}

static void await_top(void)
{
	while (!screen_is_alternate())
		check(time_left() > 0, "the terminal is not taken:\n%s", screen_text());
	screen_await("kKill");
}

/* The only child of the shell. */
static pid_t top_pid(void)
{
	char path[64];
	pid_t pid = screen_pid();

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	pid = (pid_t)atoi(file_read(path));
	check(pid > 0, "top is no child of the shell");
	return pid;
}

static void is_stopped(void)
{
	char before[256], stopped[256], after[256];

	start_shell();
	note_modes("before", before);
	start_top();
	screen_key("C-z");
	await_shell();
	note_modes("stopped", stopped);
	check(!strcmp(before, stopped), "stopped it leaves the terminal as %s, not %s", stopped,
	      before);
	holder_of("127.0.0.1", 8080);
	screen_resize("80", "24");
	shell("fg", NULL);
	await_top();
	screen_await("127.0.0.1:8080");
	check(strlen(screen_line("kKill")) <= 80, "it is as wide as the terminal was");
	screen_key("q");
	await_shell();
	shell("clear; echo status'='$?", "status=0");
	note_modes("after", after);
	check(!strcmp(before, after), "it leaves the terminal as %s, not %s", after, before);
}

static void is_ended(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	char before[256], after[256];

	start_shell();
	note_modes("before", before);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		start_top();
		kill(top_pid(), signals[i]);
		await_shell();
		shell("clear; echo status'='$?", "status=0");
		note_modes("after", after);
		check(!strcmp(before, after), "by signal %d it leaves the terminal as %s, not %s",
		      signals[i], after, before);
	}
}

/* --- sizes ------------------------------------------------------------------------------------ */

static void is_resized(void)
{
	holder_of("127.0.0.1", 8080);
	screen_top(NULL);
	screen_await("127.0.0.1:8080");
	screen_resize("200", "50");
	while (strlen(screen_line("127.0.0.1:8080")) <= 100)
		check(time_left() > 0, "it does not take the room:\n%s", screen_text());
	screen_resize("60", "10");
	while (strlen(screen_line("127.0.0.1:8080")) > 60)
		check(time_left() > 0, "it does not do with less room:\n%s", screen_text());
	screen_await("F1");
}

/* --- where there is none ---------------------------------------------------------------------- */

static void is_refused(void)
{
	static const char *const args[] = { "top", NULL };

	run_porttrace(args, false, &outcome);
	expect_status(&outcome, 2);
	expect_said(&outcome, "top needs a terminal");
	expect_said(&outcome, "use watch or list");
	check(strchr(outcome.err, '\n') == strrchr(outcome.err, '\n'), "several lines: %s",
	      outcome.err);
	screen_run((const char *const[]){ "sh", "-c", SAYS_STATUS, "sh", "env",
					  "TERM=no-such-terminal", config.porttrace, "top", NULL });
	screen_await("status=2");
	screen_await("TERM says 'no-such-terminal'");
}

static void takes_privilege(void)
{
	screen_run((const char *const[]){ "sh", "-c", SAYS_STATUS, "sh", "setpriv", "--reuid",
					  "65534", "--clear-groups", "--inh-caps=-all",
					  "--bounding-set=-all", config.porttrace, "top", NULL });
	screen_await("status=3");
	screen_await("CAP_BPF");
}

/* --- the line at the bottom ------------------------------------------------------------------- */

/* Its own, or that of another that runs beside it: either is seen within ten seconds. */
static void sees_a_canary(void)
{
	screen_top(NULL);
	screen_await("canary seen");
	check(!strstr(screen_text(), "BLIND"), "it is blind:\n%s", screen_text());
}

/* --- at rest ------------------------------------------------------------------------------------ */

static long wakeups(pid_t pid)
{
	static const char name[] = "\nvoluntary_ctxt_switches:";
	const char *at;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	at = strstr(file_read(path), name);
	check(at != NULL, "%s says nothing", path);
	return atol(at + strlen(name));
}

/* Within two seconds. */
static long count_wakeups(pid_t pid)
{
	const long long until = now_ms() + 2000;
	long before = wakeups(pid);

	for (long long now = now_ms(); now < until; now = now_ms())
		poll(NULL, 0, (int)(until - now));
	return wakeups(pid) - before;
}

/*
 * Once a second it asks for what the kernel skipped, as watch does; a screen that was looked at for
 * changes would come to more. With --pid no port of others wakes it, but the close of one that was
 * open before: so some tries.
 */
static void is_quiet(void)
{
	char self[16];
	long n;

	snprintf(self, sizeof(self), "%d", getpid());
	screen_top("--pid", self, NULL);
	screen_await("no canary with --pid");
	while ((n = count_wakeups(screen_pid())) > 6)
		check(time_left() > 4000, "with nothing to do it woke %ld times in 2 s", n);
}

const struct test top_terminal_tests[] = {
	{ "top-stopped", "top: Ctrl-Z gives the terminal back, and fg takes it again", is_stopped,
	  0 },
	{ "top-ended", "top: ended by a signal it leaves the terminal as it was", is_ended, 0 },
	{ "top-resized", "top: it is as large as the terminal", is_resized, 0 },
	{ "top-refused", "top: no terminal, or one that is not known: exit 2", is_refused, 0 },
	{ "top-no-privilege", "top: without privilege: exit 3, which names it", takes_privilege,
	  0 },
	{ "top-canary", "top: says that its hooks see", sees_a_canary, 0 },
	{ "top-idle", "top: with nothing to do it hardly wakes", is_quiet, 0 },
	{ 0 },
};
