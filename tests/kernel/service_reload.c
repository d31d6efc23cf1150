// SPDX-License-Identifier: GPL-2.0-only
/* SIGHUP for a service: its policy is read again. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "policy.h"
#include "serving.h"
#include "sockets.h"
#include "tests.h"

#define PORT 8080

/* With the clock of the manager, as it asks for (sd_notify(3)). */
static void expect_reload(struct manager *manager, struct tracer *tracer)
{
	long long before = now_ms(), told = 0;
	const char *usec;

	tracer_signal(tracer, SIGHUP);
	usec = strstr(manager_expect(manager, tracer, "RELOADING=1"), "MONOTONIC_USEC=");
	check(usec != NULL && sscanf(usec, "MONOTONIC_USEC=%lld", &told) == 1, "no clock: %s",
	      manager->last);
	check(told / 1000 >= before && told / 1000 <= now_ms(), "another clock: %lld, now %lld",
	      told, now_ms());
	manager_expect(manager, tracer, "READY=1");
}

static void notify_reload(void)
{
	const char *policy;
	struct manager manager;
	struct tracer *tracer;
	int fd;

	policy = policy_write("default allow\n");
	serving_open(&manager);
	tracer = serving_start("--policy", policy);
	manager_expect(&manager, tracer, "READY=1");
	policy_write("alert:crit tcp/8080\ndefault allow\n");
	expect_reload(&manager, tracer);
	fd = tcp_listen("127.0.0.1", PORT);
	expect_text(tracer_expect(tracer, "open", PORT), "severity", "crit");
	sock_close(fd);
	tracer_expect(tracer, "close", PORT);
	/* What is wrong, or gone, leaves it as it is. */
	policy_write("alert:crit tcp/99999\n");
	expect_reload(&manager, tracer);
	unlink(policy);
	expect_reload(&manager, tracer);
	fd = tcp_listen("127.0.0.1", PORT);
	expect_text(tracer_expect(tracer, "open", PORT), "severity", "crit");
	sock_close(fd);
	manager_close(&manager);
}

static unsigned int open_fds(pid_t pid)
{
	unsigned int n = 0;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	check(dir != NULL, "%s: %s", path, strerror(errno));
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* As fast as it goes: no event is missed, and the last word is READY. */
static void notify_reload_storm(void)
{
	const char *policy;
	struct manager manager;
	struct tracer *tracer;
	unsigned int before;
	int fds[20];

	policy = policy_write("default allow\n");
	serving_open(&manager);
	tracer = serving_start("--policy", policy);
	manager_expect(&manager, tracer, "READY=1");
	/* What it opens once, with the first event. */
	fds[0] = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fds[0]);
	tracer_expect(tracer, "close", PORT);
	before = open_fds(tracer->pid);
	for (int i = 0; i < 20; i++) {
		for (int hup = 0; hup < 50; hup++)
			tracer_signal(tracer, SIGHUP);
		fds[i] = tcp_listen("127.0.0.1", PORT + i);
	}
	for (int i = 0; i < 20; i++) {
		tracer_expect(tracer, "open", PORT + i);
		sock_close(fds[i]);
		tracer_expect(tracer, "close", PORT + i);
	}
	/*
	 * While nobody read its socket READY may have found no room: it comes a second
	 * later then, and what was queued before it has been read by then.
	 */
	while (manager_count(&manager, tracer, "RELOADING=1", 1500))
		;
	tracer_signal(tracer, SIGHUP);
	manager_expect(&manager, tracer, "RELOADING=1");
	manager_expect(&manager, tracer, "READY=1");
	check(open_fds(tracer->pid) <= before, "descriptors are left open by reloads");
	manager_close(&manager);
}

/* SIGHUP ends what is no service; a service without a policy has nothing to read, and goes on. */
static void notify_hangup(void)
{
	struct manager manager;
	struct tracer *tracer;

	serving_open(&manager);
	tracer = serving_start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	expect_reload(&manager, tracer);
	manager_close(&manager);
}

const struct test service_reload_tests[] = {
	{ "notify-reload", "RELOADING and READY, and a policy that is gone holds on", notify_reload,
	  0 },
	{ "notify-reload-storm", "a storm of SIGHUP misses no event", notify_reload_storm, 40 },
	{ "notify-hangup", "SIGHUP does not end a service without a policy", notify_hangup, 0 },
	{ 0 },
};
