// SPDX-License-Identifier: GPL-2.0-only
/* porttrace run, under sudo: as the user who called it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "running.h"
#include "tests.h"

#define NOBODY "65534"

/* As sudo leaves the environment. */
static void runs_as_the_caller(void)
{
	const struct outcome *outcome;

	setenv("SUDO_UID", NOBODY, 1);
	setenv("SUDO_GID", NOBODY, 1);
	setenv("SUDO_USER", "nobody", 1);
	setenv("SUDO_TTY", "/dev/pts/0", 1); /* since sudo 1.9.16 */
	setenv("HOME", "/root", 1);
	outcome = run_with("--log=/dev/null", NULL, "describe", false);
	if (strstr(outcome->err, "nobody on this host"))
		test_skip("there is no user " NOBODY " here");
	expect_status(outcome, 0);
	expect_line(outcome, "Uid:\t" NOBODY "\t" NOBODY "\t" NOBODY "\t" NOBODY);
	expect_line(outcome, "Gid:\t" NOBODY "\t" NOBODY "\t" NOBODY "\t" NOBODY);
	expect_line(outcome, "CapPrm:\t0000000000000000");
	expect_line(outcome, "CapEff:\t0000000000000000");
	expect_line(outcome, "CapAmb:\t0000000000000000");
	expect_line(outcome, "USER=nobody");
	expect_line(outcome, "LOGNAME=nobody");
	expect_line(outcome, "SUDO_UID=(none)");
	expect_line(outcome, "SUDO_USER=(none)");
	expect_line(outcome, "SUDO_TTY=(none)");
	check(!strstr(outcome->out, "HOME=/root\n"), "HOME is root's: %s", outcome->out);
}

/* What only root may write to is not written to for who called sudo; what he may is his. */
static void logs_as_the_caller(void)
{
	struct log_file log = log_make(); /* root's, 0600 */
	const struct outcome *outcome;
	struct stat st;

	check(write(log.fd, "x", 1) == 1, "write: %s", strerror(errno));
	setenv("SUDO_UID", NOBODY, 1);
	setenv("SUDO_GID", NOBODY, 1);
	outcome = run_with(log.option, NULL, "describe", false);
	if (strstr(outcome->err, "nobody on this host"))
		test_skip("there is no user " NOBODY " here");
	expect_status(outcome, 4);
	check(!fstat(log.fd, &st) && st.st_size == 1, "a file of root's was emptied");
	check(!fchown(log.fd, 65534, 65534), "chown: %s", strerror(errno));
	outcome = run_with(log.option, NULL, "describe", false);
	expect_status(outcome, 0);
	check(!fstat(log.fd, &st) && st.st_size != 1, "the log is not written to");
}

static void refuses_a_wrong_caller(void)
{
	static const char *const wrong[] = { "many", "-1", "4294967295", "3999999999", "" };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const struct outcome *outcome;

		setenv("SUDO_UID", wrong[i], 1);
		outcome = run_with(NULL, NULL, "describe", false);
		expect_status(outcome, 2);
		check(strstr(outcome->err, "SUDO_UID"), "stderr: %s", outcome->err);
		check(!outcome->out[0], "the command was run: %s", outcome->out);
	}
}

const struct test run_sudo_tests[] = {
	{ "run-sudo", "run: under sudo as the user who called it", runs_as_the_caller, 0 },
	{ "run-sudo-log", "run: under sudo --log is opened as the user who called it",
	  logs_as_the_caller, 0 },
	{ "run-wrong-sudo", "run: a wrong SUDO_UID is an error, and nothing is run",
	  refuses_a_wrong_caller, 0 },
	{ 0 },
};
