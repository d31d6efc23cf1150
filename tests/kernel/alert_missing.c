// SPDX-License-Identifier: GPL-2.0-only
/* watch --policy: what is required, and missing. */
#include <poll.h>

#include "event.h"
#include "netns.h"
#include "policing.h"
#include "sockets.h"
#include "tests.h"

/* The port that stays closed is the clock: when it is told, five seconds are over. */
static void missing(void)
{
	const struct event *event;
	struct tracer *tracer;
	int restarted, gone;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   MARKERS "require tcp/8080 netns=%lu\nrequire tcp/8081 netns=%lu\n"
			   "require tcp/8082-8090 netns=%lu\ndefault ignore\n",
		   netns_inode(), netns_inode(), netns_inode());
	restarted = tcp_listen("127.0.0.1", 8080);
	gone = tcp_listen("127.0.0.1", 8081);
	tracer = policing_start(NULL);
	event = tracer_expect(tracer, "missing", 8082);
	expect_found(event, "missing", "warning", "porttrace.policy:4");
	expect_num(event, "local.last_port", 8090);
	check(!event_get(event, "local.addr"), "it has an address");
	sock_close(restarted);
	sock_close(gone);
	restarted = tcp_listen("127.0.0.1", 8080);
	expect_found(tracer_expect(tracer, "missing", 8081), "missing", "warning",
		     "porttrace.policy:3");
	check(!tracer_count(tracer, "missing", 8080), "a restart is an alarm");
	gone = tcp_listen("127.0.0.1", 8081); /* and it can be missing again */
	sock_close(gone);
	tracer_expect(tracer, "missing", 8081);
	check(!tracer_count(tracer, "missing", 8080), "what is open is missing");
	sock_close(restarted);
}

/* As many as were asked for, though more is missing at the same time. */
static void counted(void)
{
	struct tracer *tracer;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   "require tcp/8080 netns=%lu\nrequire tcp/8081 netns=%lu\n"
		   "require tcp/8082 netns=%lu\ndefault ignore\n",
		   netns_inode(), netns_inode(), netns_inode());
	tracer = tracer_launch(&(struct launch){
		.args = { "--policy", POLICY_PATH, "--alerts", "--count", "2" } });
	check(!tracer_wait(tracer), "it failed");
	tracer_expect(tracer, "missing", 8080);
	tracer_expect(tracer, "missing", 8081);
	check(!tracer_count(tracer, "missing", 8082), "more than --count asks for");
}

/* It is back at once, but so much is before that in the stream that porttrace cannot know yet. */
static void missing_unread(void)
{
	struct tracer *tracer;
	long long until;
	int fd;

	policing_prepare();
	file_write(POLICY_PATH, 0644, MARKERS "require tcp/8080 netns=%lu\ndefault ignore\n",
		   netns_inode());
	fd = tcp_listen("127.0.0.1", 8080);
	tracer = policing_start(NULL);
	sock_close(fd);
	tracer_expect(tracer, "close", 8080);
	for (int i = 0; i < 1000; i++)
		open_once(8081);
	fd = tcp_listen("127.0.0.1", 8080);
	/* Nobody reads for longer than it may be closed. */
	for (until = now_ms() + 6000; now_ms() < until;)
		poll(NULL, 0, 100);
	tracer_sync(tracer);
	check(tracer_count(tracer, "open", 8080) == 1, "it did not open");
	check(!tracer_count(tracer, "missing", 8080), "a restart is an alarm");
	sock_close(fd);
}

/* With --alerts: two rules for a port, and one that is missing again soon after it was. */
static void missing_again(void)
{
	struct tracer *tracer;
	int fd;

	policing_prepare();
	file_write(POLICY_PATH, 0644,
		   "require tcp/8080 netns=%lu on=127.0.0.1\n"
		   "require tcp/8080 netns=%lu on=127.0.0.2\ndefault ignore\n",
		   netns_inode(), netns_inode());
	tracer = tracer_launch(
		&(struct launch){ .args = { "--policy", POLICY_PATH, "--alerts" }, .text = true });
	await_text(tracer, "[porttrace.policy:1]");
	await_text(tracer, "[porttrace.policy:2]");
	fd = tcp_listen("127.0.0.1", 8080);
	sock_close(fd);
	await_text(tracer, "MISSING: closed, and not back within 5 s");
}

const struct test missing_tests[] = {
	{ "alert-missing", "required: at the start, and 5 s after a close, but for a restart",
	  missing, 40 },
	{ "alert-missing-unread", "a reader that is slow makes no restart an alarm", missing_unread,
	  30 },
	{ "alert-missing-again", "what is missing is told for each rule, and each time it went",
	  missing_again, 30 },
	{ "alert-count", "--count holds for what is missing, too", counted, 0 },
	{ 0 },
};
