// SPDX-License-Identifier: GPL-2.0-only
/* porttrace run: the ports of a command, of its children and daemons, and of nobody else. */
#define _GNU_SOURCE 1

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "runnee.h"
#include "running.h"
#include "sockets.h"
#include "tests.h"

struct told {
	struct event events[64];
	size_t n;
};

/* The lines of text that are events; any other fails the test. */
static const struct told *events_of(const char *text)
{
	static struct told told;
	char line[8192];

	told.n = 0;
	while (*text && told.n < ARRAY_SIZE(told.events)) {
		size_t len = strcspn(text, "\n");

		check(len < sizeof(line), "a line of %zu bytes", len);
		memcpy(line, text, len);
		line[len] = '\0';
		event_parse(&told.events[told.n], line);
		/* What cannot be seen at all is told once, at start. */
		told.n += strcmp(told.events[told.n].name, "lost") != 0;
		text += len + (text[len] == '\n');
	}
	return &told;
}

static size_t count_of(const struct told *told, const char *name, int port)
{
	size_t n = 0;

	for (size_t i = 0; i < told->n; i++)
		n += told->events[i].port == port && !strcmp(told->events[i].name, name);
	return n;
}

static void expect_ports(const struct told *told)
{
	static const int ports[] = { RUNNEE_TCP, RUNNEE_UDP, RUNNEE_CHILD };

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		check(count_of(told, "open", ports[i]) == 1, "no one `open` of %d", ports[i]);
		check(count_of(told, "close", ports[i]) == 1, "no one `close` of %d", ports[i]);
	}
	check(count_of(told, "open", RUNNEE_DAEMON) == 1, "no `open` of the daemon's port");
	for (size_t i = 0; i < told->n; i++)
		check(told->events[i].port >= RUNNEE_TCP && told->events[i].port <= RUNNEE_DAEMON,
		      "an event of a port that is not the command's: %s", told->events[i].line);
}

/* Others open ports all the while. */
static void open_and_close(int ctl, void *arg)
{
	(void)ctl;
	(void)arg;
	for (;;) {
		sock_close(tcp_listen("127.0.0.1", 8080));
		sock_close(udp_bind("127.0.0.1", 8080));
		poll(NULL, 0, 1);
	}
}

static void follows(void)
{
	struct child other = child_start(open_and_close, NULL);
	const struct outcome *outcome = run_with("-j", NULL, "ports", false);

	child_kill(&other);
	expect_status(outcome, RUNNEE_STATUS);
	check(!strcmp(outcome->out, "output of it\n"), "stdout: %s", outcome->out);
	expect_ports(events_of(outcome->err));
}

static void tells_of_connections(void)
{
	const struct outcome *outcome = run_with("-j", "--events=open,connect", "connect", false);
	const struct told *told = events_of(outcome->err);
	size_t n = 0;

	expect_status(outcome, 0);
	check(count_of(told, "open", RUNNEE_TCP) == 1, "no `open`: %s", outcome->err);
	for (size_t i = 0; i < told->n; i++)
		n += !strcmp(told->events[i].name, "connect") &&
		     told->events[i].remote_port == RUNNEE_TCP;
	check(n == 1, "%zu `connect`, expected one: %s", n, outcome->err);
}

static void writes_a_log(void)
{
	struct log_file log = log_make();
	const struct outcome *outcome;
	char text[16384];
	ssize_t len;

	outcome = run_with("-j", log.option, "ports", false);
	expect_status(outcome, RUNNEE_STATUS);
	check(!strstr(outcome->err, "\"event\""), "events on stderr: %s", outcome->err);
	len = read(log.fd, text, sizeof(text) - 1);
	check(len > 0, "the log is empty");
	text[len] = '\0';
	expect_ports(events_of(text));
}

static void sums_up(void)
{
	const struct outcome *outcome = run_with(NULL, NULL, "ports", false);

	expect_status(outcome, RUNNEE_STATUS);
	check(strstr(outcome->err, "OPENED"), "no summary: %s", outcome->err);
	check(strstr(strstr(outcome->err, "OPENED"), "127.0.0.1:7003"),
	      "a child's port is not in the summary: %s", outcome->err);
}

static void tells_what_stays(void)
{
	int ends[2], keep = dup(STDIN_FILENO);
	const struct outcome *outcome;
	const char *line;

	check(!pipe2(ends, O_CLOEXEC) && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO, "pipe");
	outcome = run_with(NULL, NULL, "daemon", false);
	expect_status(outcome, 0);
	line = strstr(outcome->err, "OPENED");
	check(line && strstr(line, "stays open"), "a daemon's port is not said to stay open: %s",
	      outcome->err);
	dup2(keep, STDIN_FILENO);
	close(ends[1]); /* the daemon ends */
}

const struct test run_tests[] = {
	{ "run-ports", "run: ports of the command, of a child and of a daemon; of no other",
	  follows, 0 },
	{ "run-connect", "run -e: its connections", tells_of_connections, 0 },
	{ "run-log", "run --log: events to a file, stderr is the command's", writes_a_log, 0 },
	{ "run-summary", "run: at the end each port, by whom and how long", sums_up, 0 },
	{ "run-stays", "run: what a daemon has open still is told", tells_what_stays, 0 },
	{ 0 },
};
