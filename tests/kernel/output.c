// SPDX-License-Identifier: GPL-2.0-only
/* How a trace ends, and outputs that fail. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

static void ends_by(int sig)
{
	struct tracer *tracer = tracer_start();
	int status;

	tracer_signal(tracer, sig);
	status = tracer_wait(tracer);
	check(status == 0, "exit status %d", status);
	check(!tracer->errors[0], "something on stderr");
}

static void end_by_term(void)
{
	ends_by(SIGTERM);
}

static void end_by_int(void)
{
	ends_by(SIGINT);
}

/* Opens ports until the tracer notices its output and ends. */
static int end_by_output(struct tracer *tracer)
{
	int port = 8000;

	while (tracer->err >= 0) {
		check(time_left() > 0 && port < 60000, "porttrace goes on");
		sock_close(tcp_listen("127.0.0.1", port++));
		tracer_pump(tracer, 20);
	}
	return tracer_wait(tracer);
}

static void closed_pipe(void)
{
	struct tracer *tracer = tracer_start();
	int status;

	sock_close(tracer->out);
	tracer->out = -1;
	status = end_by_output(tracer);
	check(status == 0, "exit status %d, expected 0", status);
	check(!tracer->errors[0], "something on stderr");
}

static void full_output(void)
{
	struct tracer *tracer;
	int status;

	if (access("/dev/full", W_OK))
		test_skip("no /dev/full: %s", strerror(errno));
	tracer = tracer_launch(&(struct launch){ .output = "/dev/full" });
	close(tracer->out); /* nobody writes to this pipe */
	tracer->out = -1;
	status = end_by_output(tracer);
	check(status == 4, "exit status %d, expected 4", status);
	check(strstr(tracer->errors, strerror(ENOSPC)), "stderr does not say \"%s\"",
	      strerror(ENOSPC));
}

static void two_tracers(void)
{
	struct tracer *first = tracer_start();
	struct tracer *second = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);

	tracer_expect(first, "open", 8080);
	tracer_expect(second, "open", 8080);
	tracer_signal(first, SIGKILL);
	check(tracer_wait(first) == 128 + SIGKILL, "SIGKILL did not end it");
	sock_close(fd);
	tracer_expect(second, "close", 8080);
	tracer_sync(second);
	tracer_history(second, 8080, "open,close");
}

/* A table is for people, but each event is still a line at once. */
static void chosen_columns(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){
		.args = { "-o", "table", "--columns", "event,proto,port" }, .text = true });
	int port = 8000;

	while (!tracer->len || !memchr(tracer->buf, '\n', tracer->len)) {
		check(time_left() > 0 && port < 60000, "no line of the table comes");
		sock_close(tcp_listen("127.0.0.1", port++));
		if (tracer_pump(tracer, 20) < 0)
			test_fail("porttrace ended, status %d", tracer_wait(tracer));
	}
	check(!strchr(tracer->buf, '\033'), "colours in a pipe");
}

const struct test output_tests[] = {
	{ "sigterm", "SIGTERM ends the trace with 0", end_by_term, 0 },
	{ "sigint", "SIGINT ends the trace with 0", end_by_int, 0 },
	{ "closed-pipe", "a closed pipe ends the trace quietly, with 0", closed_pipe, 0 },
	{ "full-output", "an output that is full: said, and exit 4", full_output, 0 },
	{ "two-tracers", "two tracers at once see all, the end of one harms none", two_tracers, 0 },
	{ "columns", "a table with chosen columns, without colours in a pipe", chosen_columns, 0 },
	{ 0 },
};
