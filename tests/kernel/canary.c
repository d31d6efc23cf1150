// SPDX-License-Identifier: GPL-2.0-only
/* Whether porttrace as a service knows that it sees. */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "event.h"
#include "folder.h"
#include "netns.h"
#include "serving.h"
#include "sockets.h"
#include "tests.h"

#define PORT 8080

/* --- blind: somebody takes its hooks down -------------------------------------------- */

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

	serving_open(&manager);
	setenv("WATCHDOG_USEC", "200000", 1);
	tracer = serving_start("--hooks", "cgroup");
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

/* --- others see its canaries --------------------------------------------------------- */

/* A service that has begun and ended: what another porttrace saw of its canaries. */
static void expect_seen(struct manager *manager, struct tracer *other, bool want)
{
	struct tracer *service = serving_start(NULL, NULL);
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
	serving_open(&manager);
	expect_seen(&manager, other, true);
	check(!unlink(file), "unlink: %s", strerror(errno));
	expect_seen(&manager, other, false);
	/* As systemd does when it starts the next one. */
	check(!unlink(file) && !rmdir("/run/porttrace"), "unlink: %s", strerror(errno));
	expect_seen(&manager, other, false);
	manager_close(&manager);
}

/* --- nobody reads -------------------------------------------------------------------- */

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

/* Its output is a pipe that nobody reads. */
static void canary_unread(void)
{
	char path[64];
	struct manager manager;
	struct tracer *tracer;
	int reader;

	snprintf(path, sizeof(path), "%s/out", folder_make());
	check(!mkfifo(path, 0600), "mkfifo: %s", strerror(errno));
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	serving_open(&manager);
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
	manager_close(&manager);
}

const struct test canary_tests[] = {
	{ "canary-blind", "without its hooks it says so, feeds no watchdog, and finds ports yet",
	  canary_blind, 60 },
	{ "canary-of-another", "no porttrace tells of the canaries of root's service",
	  canary_of_another, 60 },
	{ "canary-unread", "a reader that does not read is told from hooks that do not see",
	  canary_unread, 60 },
	{ 0 },
};
