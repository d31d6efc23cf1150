// SPDX-License-Identifier: GPL-2.0-only
/* close: it asks before it closes; and lines by which nothing is closed. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "closing.h"
#include "tests.h"

static struct outcome outcome;

/* Standard input becomes a terminal on which this has been typed. */
static void type(const char *text)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	char name[64];

	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		test_skip("no terminal can be made here: %s", strerror(errno));
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		test_skip("%s: %s", name, strerror(errno));
	check(write(master, text, strlen(text)) == (ssize_t)strlen(text), "typing: %s",
	      strerror(errno));
	dup2(slave, STDIN_FILENO);
	close(slave);
}

static void no_terminal(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	check(dup2(null, STDIN_FILENO) == STDIN_FILENO, "dup2: %s", strerror(errno));
	close(null);
}

static void asks(void)
{
	holder_of("127.0.0.1", 8080);
	type("n\n");
	run_close(&outcome, "8080", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "Close this port? [y/N]");
	expect_said(&outcome, "nothing was closed");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	type("\n");
	run_close(&outcome, "8080", NULL);
	expect_status(&outcome, 1);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	type("y\n");
	run_close(&outcome, "8080", NULL);
	expect_status(&outcome, 0);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
}

static void does_not_ask_elsewhere(void)
{
	holder_of("127.0.0.1", 8080);
	no_terminal();
	run_close(&outcome, "8080", NULL);
	expect_status(&outcome, 2);
	expect_said(&outcome, "--yes");
	check(!outcome.out[0], "something on stdout: %s", outcome.out);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

static void dry_run(void)
{
	holder_of("127.0.0.1", 8080);
	no_terminal();
	run_close(&outcome, "8080", "--dry-run", "--yes", "--kill", NULL);
	expect_status(&outcome, 0);
	check(strstr(outcome.out, "8080"), "it does not show what it would close: %s", outcome.out);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

static void nothing_there(void)
{
	holder_of("127.0.0.1", 8080);
	run_close(&outcome, "8081", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "nothing to close");
	run_close(&outcome, "udp/8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

static void forbidden(void)
{
	static const char *const args[] = { "close", "8080", "--yes", NULL };

	holder_of("127.0.0.1", 8080);
	run_porttrace(args, true, &outcome);
	expect_status(&outcome, 3);
	expect_said(&outcome, "CAP_NET_ADMIN");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

static void bad_line(void)
{
	static const struct {
		const char *args[3];
		const char *word;
	} bad[] = {
		{ { "0" }, "'0'" },
		{ { "65536" }, "'65536'" },
		{ { "abc" }, "'abc'" },
		{ { "80-79" }, "'80-79'" },
		{ { "tpc/80" }, "'tpc'" },
		{ { "8080", "tcp/" }, "'tcp/'" },
		{ { "--except", "0" }, "'0'" },
		{ { "--kill" }, "--except" },
		{ { "8080", "--columns", "colour" }, "colour" },
	};

	holder_of("127.0.0.1", 8080);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		run_close(&outcome, "--yes", bad[i].args[0], bad[i].args[1], bad[i].args[2], NULL);
		expect_status(&outcome, 2);
		expect_said(&outcome, bad[i].word);
		check(!outcome.out[0], "something on stdout: %s", outcome.out);
		check(strchr(outcome.err, '\n') == strrchr(outcome.err, '\n'), "several lines: %s",
		      outcome.err);
	}
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

const struct test close_asks_tests[] = {
	{ "close-asks", "asks on a terminal, and does what is answered", asks, 0 },
	{ "close-no-terminal", "elsewhere it takes --yes", does_not_ask_elsewhere, 0 },
	{ "close-dry-run", "--dry-run shows it, and does nothing", dry_run, 0 },
	{ "close-nothing", "nothing there is said: exit 1", nothing_there, 0 },
	{ "close-forbidden", "without CAP_NET_ADMIN: exit 3, which names it", forbidden, 0 },
	{ "close-bad-line", "wrong usage: exit 2, one line, nothing done", bad_line, 0 },
	{ 0 },
};
