// SPDX-License-Identifier: GPL-2.0-only
/* who PORT: what is not for this user to see, and what is no port. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "netns.h"
#include "outcome.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "text.h"

static struct outcome outcome;

#define NOBODY 65534 /* run_porttrace() */

static void listen_as_nobody(int ctl, void *arg)
{
	(void)arg;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		test_fail("setresuid: %s", strerror(errno));
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* what changed its user is not for others to look at */
	number_give(ctl, sock_port(tcp_listen("127.0.0.1", 0)));
	step_await(ctl);
}

static void own_process(void)
{
	struct child child = child_start(listen_as_nobody, NULL);
	char port[16], line[128];
	const char *args[] = { "who", port, NULL };

	snprintf(port, sizeof(port), "%ld", number_await(child.ctl));
	run_porttrace(args, true, &outcome);
	check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
	snprintf(line, sizeof(line), " is held by %s (%d), started by ", self_comm(), child.pid);
	expect_out(&outcome, line);
	child_kill(&child);
}

/* In the host's namespace, which is all that such a user can look at. */
static void unprivileged(void)
{
	char port[16], line[128];
	const char *args[] = { "who", port, NULL };
	int fd;

	netns_enter(host_netns());
	fd = tcp_listen("127.0.0.1", 0);
	snprintf(port, sizeof(port), "tcp/%d", sock_port(fd));
	run_porttrace(args, true, &outcome);
	check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
	snprintf(line, sizeof(line), "%s on 127.0.0.1", port);
	expect_out(&outcome, line);
	expect_out(&outcome, " is open: who holds it cannot be seen from here\n");
	check(!strncmp(outcome.err, "porttrace: ", 11), "nothing is said on stderr");
	check(strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
	      "not one line on stderr: %s", outcome.err);
	own_process();
}

static void usage(void)
{
	static const char *const words[] = { "0",   "65536", "abc", "80-79", "tpc/80", "tcp/",
					     "/80", "",      "-80", "80 ",   "\033[2J" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *args[] = { "who", "--", words[i], NULL };

		run_porttrace(args, false, &outcome);
		check(outcome.status == 2, "\"%s\": exit status %d", words[i], outcome.status);
		check(!outcome.out[0], "\"%s\": something on stdout: %s", words[i], outcome.out);
		check(strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
		      "\"%s\": not one line: %s", words[i], outcome.err);
		text_expect_harmless(outcome.err, strlen(outcome.err));
	}
	for (int i = 0; i < 4; i++) {
		static const char *const args[][5] = { { "who" },
						       { "who", "80", "90" },
						       { "who", "80", "--netns", "/dev/null" },
						       { "who", "80", "--netns", "/nowhere" } };

		run_porttrace(args[i], false, &outcome);
		check(outcome.status == 2 && !outcome.out[0] && outcome.err[0],
		      "number %d: exit status %d, stderr: %s", i, outcome.status, outcome.err);
	}
}

const struct test who_refused_tests[] = {
	{ "who-unprivileged", "what is not for this user to see is said to be", unprivileged, 0 },
	{ "who-usage", "what is no port is refused, with status 2", usage, 0 },
	{ 0 },
};
