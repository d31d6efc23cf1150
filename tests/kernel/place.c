// SPDX-License-Identifier: GPL-2.0-only
/* Where a process runs: systemd unit, container, and the namespace that is named by them. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "event.h"
#include "netns.h"
#include "opener.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "tracer.h"

static void expect_place(const struct event *event)
{
	expect_text(event, "cgroup.unit", cgroup_unit());
	expect_text(event, "cgroup.container", cgroup_container());
}

/* Live, and in the snapshot of another one; who is elsewhere is told to be nowhere. */
static void place_unit(void)
{
	const struct spec spec = { .addr = "127.0.0.1", .port = 8080 };
	struct tracer *tracer = tracer_start(), *later;
	struct opener opener = opener_start(AS_PLACE);
	const struct event *event;
	int fd;

	opener_open(&opener, &spec);
	event = tracer_expect(tracer, "open", 8080);
	expect_process(event, opener.child.pid);
	expect_text(event, "cgroup.path", cgroup_path());
	expect_place(event);
	fd = tcp_listen("127.0.0.1", 8081);
	event = tracer_expect(tracer, "open", 8081);
	check(!event_get(event, "cgroup.container"), "a container: %s", event->line);
	later = tracer_start();
	event = tracer_expect(later, "existing", 8080);
	expect_place(event);
	check(json_array_size(event_get(event, "holders")) == 1, "not one holder: %s", event->line);
	event = tracer_expect(later, "existing", 8081);
	check(!event_get(event, "cgroup.container"), "a container: %s", event->line);
	sock_close(fd);
}

/* It moves while it runs: what is told next is from the new place. */
static void place_moved(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);
	const struct event *event = tracer_expect(tracer, "open", 8080);

	check(!event_get(event, "cgroup.container"), "a container: %s", event->line);
	cgroup_make(CGROUP_V2);
	cgroup_enter();
	sock_close(fd);
	tracer_sync(tracer);
	fd = tcp_listen("127.0.0.1", 8081);
	event = tracer_expect(tracer, "open", 8081);
	expect_text(event, "cgroup.path", cgroup_path());
	expect_place(event);
	sock_close(fd);
}

/* Until this process's children are so many milliseconds older than they were. */
static void age_by(int ms)
{
	long long until = now_ms() + ms;

	while (now_ms() < until)
		poll(NULL, 0, (int)(until - now_ms()));
}

static void open_in_old(int ctl, void *arg)
{
	(void)arg;
	cgroup_enter();
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

/* A hierarchy of v1 alone knows of it, as with docker on a hybrid host. */
static void place_old(void)
{
	struct tracer *tracer;
	struct child child;

	cgroup_make(CGROUP_V1);
	child = child_start(open_in_old, NULL);
	step_await(child.ctl);
	tracer = tracer_start();
	expect_place(tracer_expect(tracer, "existing", 8080));
	child_kill(&child);
	expect_place(tracer_expect(tracer, "close", 8080));
}

/*
 * On a hybrid host v2 knows the service that runs the containers, v1 the container.
 * A young process is asked itself, an old one is looked for in v1's cgroups.
 */
static void place_hybrid(void)
{
	struct tracer *tracer;
	struct child child;

	cgroup_make(CGROUP_V1);
	cgroup_make(CGROUP_ENGINE);
	child = child_start(open_in_old, NULL);
	step_await(child.ctl);
	for (int i = 0; i < 2; i++) {
		const struct event *event;

		age_by(i ? 500 : 0);
		tracer = tracer_start();
		event = tracer_expect(tracer, "existing", 8080);
		expect_text(event, "cgroup.unit", CGROUP_ENGINES);
		expect_text(event, "cgroup.container", cgroup_container());
	}
}

static void open_in_netns(int ctl, void *arg)
{
	(void)arg;
	cgroup_enter();
	netns_enter_new();
	number_give(ctl, (long)netns_inode());
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

/*
 * It is called by the container that lives in it. This test's own namespace has
 * nobody in such a place, and no name.
 */
static void place_netns(void)
{
	struct tracer *tracer, *table;
	unsigned long inode;
	struct child child;
	char shown[128], number[24];
	int fd = tcp_listen("127.0.0.1", 8081);

	cgroup_make(CGROUP_V2);
	child = child_start(open_in_netns, NULL);
	inode = (unsigned long)number_await(child.ctl);
	step_await(child.ctl);
	tracer = tracer_launch(&(struct launch){ 0 });
	tracer_add_netns(tracer, inode);
	tracer_ready(tracer);
	expect_text(tracer_expect(tracer, "existing", 8080), "netns.name", cgroup_container());
	snprintf(number, sizeof(number), "%lu", inode);
	snprintf(shown, sizeof(shown), "existing,8080,%.19s\n", cgroup_container());
	table = tracer_launch(&(struct launch){
		.args = { "-o", "csv", "--columns", "event,port,netns", "--netns", number },
		.text = true });
	while (!table->len || !strstr(table->buf, "8080"))
		tracer_pump_alive(table, time_left());
	check(strstr(table->buf, shown), "not \"%s\" in: %s", shown, table->buf);
	sock_close(fd);
}

static void mount_name(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	check(fd >= 0, "%s: %s", path, strerror(errno));
	close(fd);
	check(!mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL), "mount: %s", strerror(errno));
}

/* In a mount namespace of our own, so that nobody else sees them. */
static void make_names(void)
{
	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
	check(!mount("none", "/run", "tmpfs", 0, NULL), "mount: %s", strerror(errno));
	check(!mkdir("/run/netns", 0700), "mkdir: %s", strerror(errno));
}

/* The number of a namespace is given again at once: as if ours were gone, and another came. */
static void netns_renamed(void)
{
	const struct event *opened;
	struct tracer *tracer;
	int fd;

	make_names();
	mount_name("web");
	tracer = tracer_start();
	fd = tcp_listen("127.0.0.1", 8080);
	expect_text(tracer_expect(tracer, "open", 8080), "netns.name", "web");
	check(!umount("/run/netns/web"), "umount: %s", strerror(errno));
	mount_name("db");
	tracer_sync(tracer);
	/* The old name is believed for a moment. */
	do {
		open_once(8081);
		opened = tracer_expect(tracer, "open", 8081);
	} while (!strcmp(event_text(opened, "netns.name"), "web"));
	expect_text(opened, "netns.name", "db");
	sock_close(fd);
	expect_text(tracer_expect(tracer, "close", 8080), "netns.name", "db");
}

/* What is open now, filtered; and one port in full. */
static void place_asked(void)
{
	const struct spec spec = { .addr = "127.0.0.1", .port = 8080 };
	const char *filters[][2] = { { "--unit", cgroup_unit() },
				     { "--container", cgroup_container() } };
	static struct outcome outcome;
	struct opener opener = opener_start(AS_PLACE);
	const char *who[] = { "who", "8080", "--netns", NULL, NULL };
	char netns[24], line[256];
	struct event event;

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	opener_open(&opener, &spec);
	tcp_listen("127.0.0.1", 8081);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		const char *list[] = { "list",        "-j",          "--netns", netns,
				       filters[i][0], filters[i][1], NULL };

		run_porttrace(list, false, &outcome);
		check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
		check(strchr(outcome.out, '\n') && !strchr(outcome.out, '\n')[1],
		      "%s lets not one line through: %s", filters[i][0], outcome.out);
		event_parse(&event, outcome.out);
		check(event.port == 8080, "%s lets another through: %s", filters[i][0], event.line);
		expect_place(&event);
	}
	who[3] = netns;
	run_porttrace(who, false, &outcome);
	snprintf(line, sizeof(line), "\n  unit          %s\n  container     %.19s\n", cgroup_unit(),
		 cgroup_container());
	check(strstr(outcome.out, line), "not \"%s\" in: %s", line, outcome.out);
}

const struct test place_tests[] = {
	{ "place-unit", "systemd unit and container of who opened a port, and who holds it",
	  place_unit, 0 },
	{ "place-moved", "a process that moves to another cgroup is told there", place_moved, 0 },
	{ "place-old", "a container that only a hierarchy of cgroup v1 knows of", place_old, 0 },
	{ "place-hybrid", "a service by cgroup v2, its container by v1 alone", place_hybrid, 0 },
	{ "place-asked", "unit and container by list and who, and the filters of list", place_asked,
	  0 },
	{ "place-netns", "a network namespace is called by the container that lives in it",
	  place_netns, 0 },
	{ "netns-renamed", "a number that is given again has the name of the new namespace",
	  netns_renamed, 0 },
	{ 0 },
};
