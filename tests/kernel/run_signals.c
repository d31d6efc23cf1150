// SPDX-License-Identifier: GPL-2.0-only
/* porttrace run: signals, the terminal, and a reader that leaves. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "await.h"
#include "netns.h"
#include "process.h"
#include "runnee.h"
#include "tests.h"
#include "tracer.h"

static void forwards_signals(void)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .command = "run",
				  .args = { "--", self_exe(), "--helper", "runnee", "signals" },
				  .text = true });
	char line[32];
	int status;

	await_text(tracer, "ready\n");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		tracer_signal(tracer, signals[i]);
		snprintf(line, sizeof(line), "took %d\n", signals[i]);
		await_text(tracer, line);
	}
	tracer_signal(tracer, SIGTERM);
	status = tracer_wait(tracer);
	check(status == RUNNEE_STATUS, "exit status %d; stderr: %s", status, tracer->errors);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		snprintf(line, sizeof(line), "took %d\n", signals[i]);
		check(times_in(tracer->buf, line) == 1, "signal %d came %u times", signals[i],
		      times_in(tracer->buf, line));
	}
}

/* Reads what comes from the terminal until it has that text. */
static void await_on_terminal(int master, char *text, size_t size, const char *part)
{
	size_t len = strlen(text);

	while (!strstr(text, part)) {
		struct pollfd fd = { .fd = master, .events = POLLIN };
		ssize_t got;

		check(len + 1 < size && poll(&fd, 1, time_left()) == 1, "\"%s\" does not come: %s",
		      part, text);
		got = read(master, text + len, size - len - 1);
		check(got > 0, "the terminal is gone: %s", text);
		len += got;
		text[len] = '\0';
	}
}

static pid_t run_on_terminal(int *master)
{
	pid_t pid = forkpty(master, NULL, NULL, NULL);

	if (pid)
		return pid;
	netns_enter(host_netns());
	execl(config.porttrace, "porttrace", "run", "--log=/dev/null", "--", self_exe(), "--helper",
	      "runnee", "signals", NULL);
	_exit(127);
}

/*
 * Both are in the process group that the terminal sends its signal to. porttrace
 * stands still until the command has taken it: two at a time would be taken as one.
 */
static void takes_a_key_once(void)
{
	char text[8192] = "";
	int master, status;
	pid_t pid = run_on_terminal(&master);

	if (pid < 0 && errno == ENOENT)
		test_skip("there are no pseudo-terminals here (devpts is not mounted)");
	check(pid > 0, "forkpty: %s", strerror(errno));
	await_on_terminal(master, text, sizeof(text), "ready");
	kill(pid, SIGSTOP);
	process_await_state(pid, 'T');
	check(write(master, "\x03", 1) == 1, "write: %s", strerror(errno));
	await_on_terminal(master, text, sizeof(text), "took 2\r");
	kill(pid, SIGCONT);
	kill(pid, SIGTERM);
	await_on_terminal(master, text, sizeof(text), "took 15");
	check(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
	check(WIFEXITED(status) && WEXITSTATUS(status) == RUNNEE_STATUS, "wait status 0x%x: %s",
	      status, text);
	check(times_in(text, "took 2\r") == 1, "SIGINT came %u times: %s",
	      times_in(text, "took 2\r"), text);
}

/* Who reads the events may leave; the command does not notice. */
static void outlives_its_reader(void)
{
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .command = "run",
				  .args = { "--", self_exe(), "--helper", "runnee", "signals" },
				  .text = true });
	int status;

	await_text(tracer, "ready\n");
	close(tracer->err);
	tracer->err = -1;
	poll(NULL, 0, 50); /* it hears of that by itself */
	tracer_signal(tracer, SIGUSR1);
	await_text(tracer, "took");
	tracer_signal(tracer, SIGTERM);
	status = tracer_wait(tracer);
	check(status == RUNNEE_STATUS, "exit status %d", status);
}

const struct test run_signal_tests[] = {
	{ "run-signals", "run: signals are forwarded, each once", forwards_signals, 0 },
	{ "run-terminal", "run: Ctrl-C reaches the command once", takes_a_key_once, 0 },
	{ "run-reader-left", "run: the command goes on without a reader", outlives_its_reader, 0 },
	{ 0 },
};
