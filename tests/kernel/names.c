// SPDX-License-Identifier: GPL-2.0-only
/* Who it was: the whole identity, the short-lived, the hostile. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "helper.h"
#include "hostile.h"
#include "listing.h"
#include "opener.h"
#include "policy.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "text.h"
#include "tracer.h"

#define TICK_NS 10000000ULL /* /proc tells starts in 1/100 s */

static void expect_recent(const struct event *event)
{
	const char *text = event_text(event, "time");
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	long long age;

	check(rest && rest[0] == '.' && strlen(rest) == 8 && rest[7] == 'Z',
	      "time is not RFC 3339 with microseconds: %s", text);
	age = (long long)time(NULL) - timegm(&tm);
	check(age >= -1 && age <= (long long)TEST_SECONDS * config.scale,
	      "time is off by %lld s: %s", age, text);
}

static void identity(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);
	const struct event *event = tracer_expect(tracer, "open", 8080);
	long long start = event_num(event, "process.start_ns");

	expect_recent(event);
	expect_process(event, getpid());
	expect_num(event, "process.tid", getpid());
	check(start / TICK_NS == self_start_ticks(), "start_ns is %lld, /proc says %llu ticks",
	      start, self_start_ticks());
	expect_text(event, "process.comm", self_comm());
	expect_text(event, "process.exe", self_exe());
	expect_num(event, "process.uid", 0);
	expect_num(event, "process.gid", 0);
	expect_num(event, "process.parent.pid", getppid());
	expect_text(event, "process.parent.comm", self_comm());
	expect_bool(event, "process.deleted", false);
	check(json_array_size(event_get(event, "process.args")) > 0, "no args in %s", event->line);
	check(event_num(event, "cgroup.id") > 0, "no cgroup id in %s", event->line);
	if (self_cgroup()[0])
		expect_text(event, "cgroup.path", self_cgroup());
	sock_close(fd);
	event = tracer_expect(tracer, "close", 8080);
	expect_num(event, "process.start_ns", start);
	expect_text(event, "process.exe", self_exe());
}

/* Forks and execs: bind, listen, exit. Returns its pid when it has been waited for. */
static pid_t run_short_lived(int port, uid_t uid, const char *mark)
{
	char number[16];
	char *argv[] = { "short lived", "--helper", "bind-listen-exit", number, (char *)mark, NULL };
	int status = 0;
	pid_t pid;

	snprintf(number, sizeof(number), "%d", port);
	pid = fork();
	if (pid < 0)
		test_fail("fork failed");
	if (pid == 0) {
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(126);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		test_fail("the short-lived process ended with wait status 0x%x", status);
	return pid;
}

static void expect_args(const struct event *event, const char *const *want, size_t count)
{
	json_t *args = event_get(event, "process.args");

	check(json_array_size(args) == count, "expected %zu args in %s", count, event->line);
	for (size_t i = 0; i < count; i++) {
		const char *arg = json_string_value(json_array_get(args, i));

		check(arg && !strcasecmp(arg, want[i]), "expected args[%zu] \"%s\" in %s", i,
		      want[i], event->line);
	}
}

static void expect_short_lived(const struct event *event, pid_t pid, uid_t uid, const char *mark)
{
	char number[16];
	const char *args[] = { "short lived", "--helper", "bind-listen-exit", number, mark };

	snprintf(number, sizeof(number), "%d", event->port);
	expect_process(event, pid);
	check(event_num(event, "process.start_ns") > 0, "no start in %s", event->line);
	expect_text(event, "process.exe", self_exe());
	expect_num(event, "process.uid", uid);
	expect_num(event, "process.gid", uid);
	expect_num(event, "process.parent.pid", getpid());
	expect_text(event, "process.parent.comm", self_comm());
	check(event_text(event, "process.comm")[0], "no comm in %s", event->line);
	check(event_num(event, "cgroup.id") > 0, "no cgroup id in %s", event->line);
	expect_args(event, args, ARRAY_SIZE(args));
}

#define SHORT_LIVED 100

static void short_lived(void)
{
	struct tracer *tracer = tracer_start();
	pid_t pids[SHORT_LIVED];
	char mark[32];

	for (int i = 0; i < SHORT_LIVED; i++) {
		snprintf(mark, sizeof(mark), "mark-%d", i);
		pids[i] = run_short_lived(2000 + i, 10000 + i, mark);
	}
	for (int i = 0; i < SHORT_LIVED; i++) {
		const struct event *closed;

		snprintf(mark, sizeof(mark), "mark-%d", i);
		expect_short_lived(tracer_expect(tracer, "open", 2000 + i), pids[i], 10000 + i,
				   mark);
		closed = tracer_expect(tracer, "close", 2000 + i);
		expect_text(closed, "reason", "process-exit");
		expect_num(closed, "process.pid", pids[i]);
		expect_text(closed, "process.exe", self_exe());
	}
}

static void hostile_json(void)
{
	struct child before = hostile_start("28079");
	struct tracer *tracer = tracer_start();
	struct child child = hostile_start("28080");
	const struct event *existing = tracer_expect(tracer, "existing", 28079);
	const struct event *opened = tracer_expect(tracer, "open", 28080);
	const char *comm = event_text(opened, "process.comm");
	const struct event *closed;

	check(!strcasecmp(comm, HOSTILE_SHOWN), "comm is \"%s\", expected \"%s\"", comm,
	      HOSTILE_SHOWN);
	check(json_array_size(event_get(opened, "process.args")) == 7, "expected 7 args in %s",
	      opened->line);
	text_expect_harmless(existing->line, strlen(existing->line));
	text_expect_harmless(opened->line, strlen(opened->line));
	child_kill(&child);
	closed = tracer_expect(tracer, "close", 28080);
	text_expect_harmless(closed->line, strlen(closed->line));
	child_kill(&before);
	tracer_sync(tracer);
	tracer_history(tracer, 28080, "open,close");
	tracer_history(tracer, 28079, "existing,close");
}

static void pump_until(struct tracer *tracer, const char *event, const char *port)
{
	while (text_lines_with(tracer->buf, event, port) == 0) {
		if (!time_left())
			test_fail("no line of the table has %s and %s", event, port);
		if (tracer_pump(tracer, time_left()) < 0)
			test_fail("porttrace ended by itself, status %d", tracer_wait(tracer));
	}
}

static void hostile_table(void)
{
	struct child before = hostile_start("28079");
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .args = { "-o", "table" }, .text = true, .in_test_netns = true });
	struct child child;

	pump_until(tracer, "existing", "28079");
	child_kill(&before);
	pump_until(tracer, "close", "28079"); /* so the hooks are at work */
	child = hostile_start("28080");
	pump_until(tracer, "open", "28080");
	child_kill(&child);
	pump_until(tracer, "close", "28080");
	text_expect_harmless(tracer->buf, tracer->len);
	check(text_lines_with(tracer->buf, "open", "28080") == 1, "the open is not one line");
	check(text_lines_with(tracer->buf, "close", "28080") == 1, "the close is not one line");
}

/* Directories put much into an entry (full names, certificates). */
static void long_account(void)
{
	struct opener opener = opener_start(AS_USER);
	struct listing listing;
	FILE *file;

	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	etc_of_our_own();
	file = fopen("/etc/passwd", "we");
	check(file && fprintf(file, "somebody:x:%d:1:%05000d:/:/bin/sh\n", OPENER_UID, 0) > 0 &&
		      !fclose(file),
	      "/etc/passwd: %s", strerror(errno));
	listing_read(&listing, NULL);
	expect_text(listing_expect(&listing, 8080), "process.user", "somebody");
}

const struct test name_tests[] = {
	{ "identity", "all that is told of a process agrees with /proc", identity, 0 },
	{ "short-lived", "100 of 100 processes that exit at once are fully named", short_lived,
	  20 },
	{ "hostile-json", "names cannot break JSON or smuggle control characters", hostile_json,
	  0 },
	{ "hostile-table", "names cannot move the cursor, forge a line or hide one", hostile_table,
	  0 },
	{ "long-account", "a user whose entry is long has a name, too", long_account, 0 },
	{ 0 },
};
