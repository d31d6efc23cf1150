// SPDX-License-Identifier: GPL-2.0-only
/* porttrace as a service: what it tells its manager. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "serving.h"
#include "sockets.h"
#include "tests.h"

#define PORT 8080

/* What the status says is open. */
static int open_of(const char *message)
{
	const char *status = strstr(message, "STATUS=");
	int n = -1;

	check(status && sscanf(status, "STATUS=ports open: %d", &n) == 1, "no status: %s", message);
	return n;
}

static void notify_life(void)
{
	struct manager manager;
	struct tracer *tracer;
	pid_t pid;
	int fd;

	serving_open(&manager);
	tracer = serving_start(NULL, NULL);
	pid = tracer->pid;
	fd = tcp_listen("127.0.0.1", PORT);
	check(!strncmp(manager_expect(&manager, tracer, "READY=1"), "READY=1\n", 8),
	      "the first word is another: %s", manager.last);
	check(open_of(manager.last) > 0, "the status counts no port: %s", manager.last);
	check(strstr(manager.last, "hooks: ") != NULL, "the status names no hook: %s",
	      manager.last);
	/* Ready means: what was open is told. */
	tracer_sync(tracer);
	check(tracer_count(tracer, NULL, PORT) == 1, "the port was not told before");
	sock_close(fd);
	tracer_expect(tracer, "close", PORT);
	manager_expect(&manager, tracer, "STATUS=");
	tracer_signal(tracer, SIGTERM);
	manager_expect(&manager, tracer, "STOPPING=1");
	check(!tracer_wait(tracer), "exit status %d", tracer->status);
	expect_none_of_its_own(tracer, pid);
	manager_close(&manager);
}

/* Its socket is a file, which goes away: the stream goes on. */
static void notify_gone(void)
{
	char path[64];
	struct manager manager;
	struct tracer *tracer;
	int fd;

	snprintf(path, sizeof(path), "%s/notify", folder_make());
	manager_open(&manager, path);
	tracer = serving_start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	unlink(path);
	manager_close(&manager);
	for (int i = 0; i < 2; i++) { /* a status is due after each */
		fd = tcp_listen("127.0.0.1", PORT);
		tracer_expect(tracer, "open", PORT);
		poll(NULL, 0, 1100);
		sock_close(fd);
		tracer_expect(tracer, "close", PORT);
	}
}

static void notify_watchdog(void)
{
	struct manager manager;
	struct tracer *tracer;
	char pid[24];

	serving_open(&manager);
	setenv("WATCHDOG_USEC", "200000", 1);
	tracer = serving_start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	for (int i = 0; i < 5; i++)
		manager_expect(&manager, tracer, "WATCHDOG=1");
	/* Meant for another process: it hears nothing of us. */
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	tracer_finish_all();
	tracer = serving_start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	check(!manager_count(&manager, tracer, "WATCHDOG=1", 400),
	      "it feeds a watchdog that is not its own");
	manager_close(&manager);
}

/* --- the clock is set ---------------------------------------------------------------- */

static long step;

static void step_clock(long seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += seconds;
	check(!clock_settime(CLOCK_REALTIME, &now), "clock_settime: %s", strerror(errno));
	step += seconds;
}

static void step_back(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec -= step;
	clock_settime(CLOCK_REALTIME, &now);
}

/* Days ahead, and back: the watchdog is fed, ports are told, and nobody is blind. */
static void clock_steps(void)
{
	static const long steps[] = { 86400, -3 * 86400, 2 * 86400 };
	struct manager manager;
	struct tracer *tracer;
	int fd;

	if (!getenv("LIVE_OWN_MACHINE"))
		test_skip("sets the clock, which others use here: runs in emulated machines");
	test_at_end(step_back);
	serving_open(&manager);
	setenv("WATCHDOG_USEC", "200000", 1);
	tracer = serving_start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		step_clock(steps[i]);
		check(manager_count(&manager, tracer, "WATCHDOG=1", 1500) >= 3,
		      "the watchdog waits after a step of %ld seconds", steps[i]);
		fd = tcp_listen("127.0.0.1", PORT);
		tracer_expect(tracer, "open", PORT);
		sock_close(fd);
		check(event_num(tracer_expect(tracer, "close", PORT), "lifetime_ns") <
			      60 * 1000000000LL,
		      "its lifetime is that of the clock");
	}
	check(!strstr(tracer->errors, "blind"), "it says that it is blind: %s", tracer->errors);
	manager_close(&manager);
}

const struct test service_tests[] = {
	{ "notify-life",
	  "a service manager hears READY, STATUS and STOPPING, of nothing of its own", notify_life,
	  0 },
	{ "notify-gone", "a manager whose socket went away ends nothing", notify_gone, 0 },
	{ "notify-watchdog", "the watchdog is fed as often as it asks, if it is its own",
	  notify_watchdog, 0 },
	{ "clock-steps", "the clock is set ahead and back, and nothing waits for it", clock_steps,
	  40 },
	{ 0 },
};
