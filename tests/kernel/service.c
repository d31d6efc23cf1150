// SPDX-License-Identifier: GPL-2.0-only
/* porttrace as a service: what it tells its manager, and whether it knows that it sees. */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "manager.h"
#include "netns.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define PORT 8080

/* Each test a socket of its own: they may run beside each other. */
static void open_manager(struct manager *manager)
{
	char at[64];

	snprintf(at, sizeof(at), "@porttrace-live-%d", getpid());
	manager_open(manager, at);
}

/* In the test's namespace, as abstract names are; so what it opens itself would be read, too. */
static struct tracer *start(const char *option, const char *value)
{
	return tracer_launch(&(struct launch){ .args = { option, value }, .in_test_netns = true });
}

static void expect_none_of_its_own(const struct tracer *tracer, pid_t pid)
{
	for (size_t i = 0; i < tracer->count; i++)
		check(tracer->events[i]->pid != pid, "it tells of a port of its own: %s",
		      tracer->events[i]->line);
}

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

	open_manager(&manager);
	tracer = start(NULL, NULL);
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
	char at[] = "/tmp/porttrace-live-XXXXXX", path[64];
	struct manager manager;
	struct tracer *tracer;
	int fd;

	check(mkdtemp(at) != NULL, "mkdtemp: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/notify", at);
	manager_open(&manager, path);
	tracer = start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	unlink(path);
	rmdir(at);
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

	open_manager(&manager);
	setenv("WATCHDOG_USEC", "200000", 1);
	tracer = start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	for (int i = 0; i < 5; i++)
		manager_expect(&manager, tracer, "WATCHDOG=1");
	/* Meant for another process: it hears nothing of us. */
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("WATCHDOG_PID", pid, 1);
	tracer_finish_all();
	tracer = start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	check(!manager_count(&manager, tracer, "WATCHDOG=1", 400),
	      "it feeds a watchdog that is not its own");
	manager_close(&manager);
}

/* --- blind: somebody takes its hooks down ----------------------------------------- */

static int bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* The links of cgroup programs that the process has open, by its descriptors. */
static unsigned int detach_link(pid_t pid, const char *fd)
{
	union bpf_attr attr = { 0 };
	char path[320], line[128];
	unsigned int id = 0, detached;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", pid, fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "link_id: %u", &id) == 1)
			break;
	if (file)
		fclose(file);
	attr.link_id = id;
	if (!id)
		return 0;
	id = (unsigned int)bpf(BPF_LINK_GET_FD_BY_ID, &attr);
	if ((int)id < 0)
		return 0;
	attr = (union bpf_attr){ .link_detach.link_fd = id };
	detached = !bpf(BPF_LINK_DETACH, &attr);
	close((int)id);
	return detached;
}

static void take_hooks_down(pid_t pid)
{
	unsigned int detached = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		detached += detach_link(pid, entry->d_name);
	if (dir)
		closedir(dir);
	check(detached > 0, "no hook could be taken down");
}

/* The `lost` by which who reads the events alone hears of it. */
static void expect_told_blind(struct tracer *tracer)
{
	const json_t *cause = NULL;
	size_t i = 0;

	while (!cause) {
		for (; i < tracer->count && !cause; i++)
			cause = json_object_get(tracer->events[i]->json, "cause");
		check(cause || time_left() > 0, "no event tells that it is blind");
		if (!cause)
			tracer_pump_alive(tracer, time_left());
	}
	check(!strncmp(json_string_value(cause), "blind: ", 7), "another loss: %s",
	      json_string_value(cause));
}

/* A listener in a namespace that is reached by this very socket alone. */
static int listen_elsewhere(void)
{
	int here = netns_open(), fd;

	netns_enter_new();
	fd = tcp_listen("127.0.0.1", PORT);
	netns_enter(here);
	close(here);
	return fd;
}

/* What it may still do, once it is confined, is enough to compare with all namespaces. */
static void canary_blind(void)
{
	int fd, elsewhere = listen_elsewhere();
	struct manager manager;
	struct tracer *tracer;

	open_manager(&manager);
	setenv("WATCHDOG_USEC", "200000", 1);
	tracer = start("--hooks", "cgroup");
	manager_expect(&manager, tracer, "READY=1");
	manager_expect(&manager, tracer, "WATCHDOG=1");
	take_hooks_down(tracer->pid);
	manager_expect(&manager, tracer, "STATUS=BLIND");
	check(strstr(tracer->errors, "blind: ") != NULL, "stderr does not say it: %s",
	      tracer->errors);
	check(!manager_count(&manager, tracer, "WATCHDOG=1", 500), "the watchdog is fed");
	expect_told_blind(tracer);
	/* And yet no port is missed. */
	fd = tcp_listen("127.0.0.1", PORT);
	expect_text(tracer_expect(tracer, "recovered", PORT), "recovered", "open");
	sock_close(fd);
	expect_text(tracer_expect(tracer, "recovered", PORT), "recovered", "close");
	check(!strstr(tracer->errors, "could not be read"), "a namespace is out of its reach: %s",
	      tracer->errors);
	sock_close(elsewhere);
	manager_close(&manager);
}

/* The watchdog has heard nothing for a while then, and is not left to wait for its turn. */
static void expect_fed_once_it_sees(struct manager *manager, struct tracer *tracer, int reader)
{
	char bytes[4096];

	do {
		check(time_left() > 0, "the watchdog is not fed as soon as it sees again");
		while (read(reader, bytes, sizeof(bytes)) > 0)
			;
	} while (!manager_count(manager, tracer, "WATCHDOG=1", 50));
}

/* A service that has begun and ended: what another porttrace saw of its canaries. */
static void expect_seen(struct manager *manager, struct tracer *other, bool want)
{
	struct tracer *service = start(NULL, NULL);
	pid_t pid = service->pid;
	unsigned int seen = 0;

	manager_expect(manager, service, "READY=1");
	tracer_sync(other);
	tracer_signal(service, SIGTERM);
	check(!tracer_wait(service), "exit status %d", service->status);
	if (!want) {
		expect_none_of_its_own(other, pid);
		return;
	}
	check(strstr(service->errors, "/run/porttrace/canary: ") != NULL,
	      "it does not say that others see its canaries: %s", service->errors);
	for (size_t i = 0; i < other->count; i++)
		seen += other->events[i]->pid == pid;
	check(seen > 0, "canaries that are kept nowhere are not seen: this test proves nothing");
}

/* A file that is not root's alone is no place for them, and is not believed. */
static void canary_of_another(void)
{
	static const char file[] = "/run/porttrace/canary";
	struct manager manager;
	struct tracer *other;
	int fd;

	check(!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		      !mount("none", "/run", "tmpfs", 0, "mode=755"),
	      "a /run of our own: %s", strerror(errno));
	check(!mkdir("/run/porttrace", 0755), "mkdir: %s", strerror(errno));
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	check(fd >= 0 && !fchown(fd, 65534, 65534), "%s: %s", file, strerror(errno));
	close(fd);
	other = tracer_start();
	open_manager(&manager);
	expect_seen(&manager, other, true);
	check(!unlink(file), "unlink: %s", strerror(errno));
	expect_seen(&manager, other, false);
	/* As systemd does when it starts the next one. */
	check(!unlink(file) && !rmdir("/run/porttrace"), "unlink: %s", strerror(errno));
	expect_seen(&manager, other, false);
	manager_close(&manager);
}

/* Its output is a pipe that nobody reads. */
static void canary_unread(void)
{
	char folder[] = "/tmp/porttrace-live-XXXXXX", path[64];
	struct manager manager;
	struct tracer *tracer;
	int reader;

	check(mkdtemp(folder) != NULL, "mkdtemp: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/out", folder);
	check(!mkfifo(path, 0600), "mkfifo: %s", strerror(errno));
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	open_manager(&manager);
	setenv("WATCHDOG_USEC", "600000000", 1);
	tracer = tracer_launch(&(struct launch){ .output = path, .in_test_netns = true });
	manager_expect(&manager, tracer, "READY=1");
	for (int i = 0; i < 1000; i++)
		sock_close(tcp_listen("127.0.0.1", PORT));
	manager_expect(&manager, tracer, "STATUS=BLIND");
	while (!strstr(tracer->errors, "the reader of the output does not read")) {
		check(time_left() > 0, "it does not say why: %s", tracer->errors);
		tracer_pump(tracer, 100);
	}
	expect_fed_once_it_sees(&manager, tracer, reader);
	close(reader); /* a quiet end */
	check(!tracer_wait(tracer), "exit status %d", tracer->status);
	unlink(path);
	rmdir(folder);
	manager_close(&manager);
}

/* --- a policy that is read again --------------------------------------------------- */

static char policy[64];

static void remove_policy(void)
{
	unlink(policy);
}

static void write_policy(const char *text)
{
	int fd = *policy ? open(policy, O_WRONLY | O_TRUNC | O_CLOEXEC) : -1;

	if (!*policy) {
		snprintf(policy, sizeof(policy), "/tmp/porttrace-policy-XXXXXX");
		fd = mkstemp(policy);
		test_at_end(remove_policy);
	}
	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", policy,
	      strerror(errno));
	close(fd);
}

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
	struct manager manager;
	struct tracer *tracer;
	int fd;

	write_policy("default allow\n");
	open_manager(&manager);
	tracer = start("--policy", policy);
	manager_expect(&manager, tracer, "READY=1");
	write_policy("alert:crit tcp/8080\ndefault allow\n");
	expect_reload(&manager, tracer);
	fd = tcp_listen("127.0.0.1", PORT);
	expect_text(tracer_expect(tracer, "open", PORT), "severity", "crit");
	sock_close(fd);
	tracer_expect(tracer, "close", PORT);
	/* What is wrong, or gone, leaves it as it is. */
	write_policy("alert:crit tcp/99999\n");
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
	struct manager manager;
	struct tracer *tracer;
	unsigned int before;
	int fds[20];

	write_policy("default allow\n");
	open_manager(&manager);
	tracer = start("--policy", policy);
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

	open_manager(&manager);
	tracer = start(NULL, NULL);
	manager_expect(&manager, tracer, "READY=1");
	expect_reload(&manager, tracer);
	manager_close(&manager);
}

/* --- the clock is set --------------------------------------------------------------- */

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
	open_manager(&manager);
	setenv("WATCHDOG_USEC", "200000", 1);
	tracer = start(NULL, NULL);
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
	{ "canary-blind", "without its hooks it says so, feeds no watchdog, and finds ports yet",
	  canary_blind, 60 },
	{ "canary-of-another", "no porttrace tells of the canaries of root's service",
	  canary_of_another, 60 },
	{ "canary-unread", "a reader that does not read is told from hooks that do not see",
	  canary_unread, 60 },
	{ "notify-reload", "RELOADING and READY, and a policy that is gone holds on", notify_reload,
	  0 },
	{ "notify-reload-storm", "a storm of SIGHUP misses no event", notify_reload_storm, 40 },
	{ "notify-hangup", "SIGHUP does not end a service without a policy", notify_hangup, 0 },
	{ "clock-steps", "the clock is set ahead and back, and nothing waits for it", clock_steps,
	  40 },
	{ NULL, NULL, NULL, 0 },
};
