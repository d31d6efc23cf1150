// SPDX-License-Identifier: GPL-2.0-only
/* porttrace run: the command finds everything as it was, and ends as it would. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns.h"
#include "process.h"
#include "runnee.h"
#include "running.h"
#include "tests.h"

static void exits_as_it(void)
{
	static const char *const missing[] = { "run", "/nowhere/at-all", NULL };
	static const char *const plain[] = { "run", "/proc/self/status", NULL };
	static struct outcome outcome;

	expect_status(run_with(NULL, NULL, "kill", false), 128 + SIGKILL);
	run_porttrace(missing, false, &outcome);
	expect_status(&outcome, 127);
	check(strstr(outcome.err, "/nowhere/at-all"), "stderr: %s", outcome.err);
	run_porttrace(plain, false, &outcome);
	expect_status(&outcome, 126);
}

/* Started by somebody who is prepared so; the runnee finds the same. */
static void expect_same(void (*prepare)(void), const char *what)
{
	int status;
	pid_t pid = fork();

	check(pid >= 0, "fork: %s", strerror(errno));
	if (!pid) {
		netns_enter(host_netns());
		prepare();
		execl(config.porttrace, "porttrace", "run", "--log=/dev/null", "--", self_exe(),
		      "--helper", "runnee", what, NULL);
		_exit(127);
	}
	check(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	check(WIFEXITED(status) && WEXITSTATUS(status) == RUNNEE_STATUS, "wait status 0x%x",
	      status);
}

static void ignore_children(void)
{
	signal(SIGCHLD, SIG_IGN);
}

static void exits_as_it_unheard(void)
{
	expect_same(ignore_children, "unheard");
}

static void allow_few_files(void)
{
	struct rlimit few;

	if (getrlimit(RLIMIT_NOFILE, &few))
		_exit(127);
	few.rlim_cur = RUNNEE_FILES;
	if (setrlimit(RLIMIT_NOFILE, &few))
		_exit(127);
}

static void needs_more_files(void)
{
	expect_same(allow_few_files, "few");
}

/* What the suite was started with is not to be taken for porttrace's. */
static void close_at_exec(void)
{
	for (int fd = 3; fd < 1024; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void leaves_it_alone(void)
{
	const struct outcome *outcome;

	close_at_exec();
	unsetenv("SUDO_UID");
	setenv("HOME", "/somewhere", 1);
	outcome = run_with("--log=/dev/null", NULL, "describe", false);
	expect_status(outcome, 0);
	check(!strncmp(outcome->out, "fd 0\nfd 1\nfd 2\n", 15) && !strstr(outcome->out, "fd 3"),
	      "descriptors beside the three: %s", outcome->out);
	expect_line(outcome, "SigBlk:\t0000000000000000");
	check(!strstr(outcome->out, "SigIgn:\t0000000000001"), "SIGPIPE is ignored: %s",
	      outcome->out);
	expect_line(outcome, "HOME=/somewhere");
	expect_line(outcome, "Uid:\t0\t0\t0\t0");
}

static void does_not_run_untraced(void)
{
	const struct outcome *outcome = run_with(NULL, NULL, "ports", true);

	expect_status(outcome, 3);
	check(strstr(outcome->err, "CAP_"), "stderr names no capability: %s", outcome->err);
	check(!outcome->out[0], "the command was run: %s", outcome->out);
}

const struct test run_untouched_tests[] = {
	{ "run-status", "run: the command's status, 128+N, 127, 126", exits_as_it, 0 },
	{ "run-unheard", "run: the same where SIGCHLD was ignored, which the command inherits",
	  exits_as_it_unheard, 0 },
	{ "run-few-files", "run: where few descriptors are allowed it takes more, the command not",
	  needs_more_files, 0 },
	{ "run-untouched", "run: descriptors, signals, user and environment are as they were",
	  leaves_it_alone, 0 },
	{ "run-no-privilege", "run: without tracing nothing is run", does_not_run_untraced, 0 },
	{ 0 },
};
