// SPDX-License-Identifier: GPL-2.0-only
/* list: all that hold a port, or that nobody does. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "listing.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "uring.h"

static struct listing listing;

static void hold_in_threads(int ctl, void *arg)
{
	pthread_t threads[3];

	(void)arg;
	tcp_listen("127.0.0.1", 8080);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, copy_table, &ctl))
			test_fail("pthread_create failed");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void list_threads(void)
{
	struct child child = child_start(hold_in_threads, NULL);
	const struct event *event;

	for (int i = 0; i < 3; i++)
		step_await(child.ctl);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 1 && event_held_by(event, child.pid),
	      "expected process %d as the one holder in %s", child.pid, event->line);
	child_kill(&child);
}

#define MANY_PORTS 50 /* in one word of the kernel's bitmap */
#define MANY_FIRST 20000
#define MANY_PROCESSES 20
#define HIGH_FD 900 /* far above all others */

static void expect_holders(int first, int last, size_t holders)
{
	char ports[16];

	snprintf(ports, sizeof(ports), "%d-%d", first, last);
	listing_read(&listing, (const char *const[]){ "--port", ports, NULL });
	for (int port = first; port <= last; port++) {
		const struct event *event = listing_expect(&listing, port);

		check(event_holders(event) == holders && event_held_by(event, getpid()),
		      "expected %zu holders in %s", holders, event->line);
	}
}

/* More than is told in one go (SNAPSHOT_PAGE) by processes with small tables, and a descriptor that nothing is near. */
static void list_many(void)
{
	struct child children[MANY_PROCESSES];
	int fds[MANY_PORTS], high;

	for (int i = 0; i < MANY_PORTS; i++)
		fds[i] = tcp_listen("127.0.0.1", MANY_FIRST + i);
	for (int i = 0; i < MANY_PROCESSES; i++)
		children[i] = child_start(wait_for_end, NULL);
	high = tcp_listen("127.0.0.1", 8080);
	check(dup3(high, HIGH_FD, O_CLOEXEC) == HIGH_FD, "dup3: %s", strerror(errno));
	sock_close(high);
	for (int i = 0; i < MANY_PORTS; i += 10)
		expect_holders(MANY_FIRST + i, MANY_FIRST + i + 9, MANY_PROCESSES + 1);
	expect_holders(8080, 8080, 1);
	for (int i = 0; i < MANY_PROCESSES; i++)
		child_kill(&children[i]);
	for (int i = 0; i < MANY_PORTS; i++)
		sock_close(fds[i]);
	sock_close(HIGH_FD);
}

static void list_prefork(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct child children[4];
	const struct event *event;

	for (int i = 0; i < 4; i++)
		children[i] = child_start(wait_for_end, NULL);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 5 && event_held_by(event, getpid()),
	      "expected 5 holders in %s", event->line);
	for (int i = 0; i < 4; i++)
		check(event_held_by(event, children[i].pid), "expected %d among those of %s",
		      children[i].pid, event->line);
	expect_num(event, "process.pid", getpid());
	sock_close(fd);
	for (int i = 0; i < 4; i++)
		child_kill(&children[i]);
}

/* Sends a descriptor to a socket that nobody reads; who has it open goes on without. */
static void put_in_flight(int fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		test_fail("socketpair: %s", strerror(errno));
	fd_send(pair[0], fd);
	sock_close(fd);
}

static void list_in_flight(void)
{
	const struct event *event;

	put_in_flight(tcp_listen("127.0.0.1", 8080));
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 0, "expected no holder in %s", event->line);
	expect_text(event, "holder", "none");
	check(!event_get(event, "process"), "expected no process in %s", event->line);
}

/* A file that the first network namespace alone has. */
static bool compiles_programs(void)
{
	int home = netns_open(), enabled = 1;
	FILE *file;

	netns_enter(host_netns());
	file = fopen("/proc/sys/net/core/bpf_jit_enable", "re");
	netns_enter(home);
	if (file && fscanf(file, "%d", &enabled) != 1)
		enabled = 1;
	if (file)
		fclose(file);
	return enabled;
}

/* By bpf_rdonly_cast(), which came with v6.2 and which compiled programs alone may call. */
static bool reads_listeners_of_all(void)
{
	struct utsname host;
	int major = 0, minor = 0;

	return compiles_programs() && !uname(&host) &&
	       sscanf(host.release, "%d.%d", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 2));
}

/*
 * The listener alone keeps the namespace: nobody lives in it, nor has it or one of its sockets
 * open. What is missing here was not found in the hash of listeners.
 */
static void list_left(void)
{
	int home = netns_open();
	const struct event *event;
	unsigned long left;

	if (!reads_listeners_of_all())
		test_skip(
			"here a network namespace is read by entering it (before v6.2, or no JIT)");
	netns_enter_new();
	left = netns_inode();
	put_in_flight(tcp_listen("127.0.0.1", 8080));
	netns_enter(home);
	listing_read_of(&listing, left, NULL);
	event = listing_expect(&listing, 8080);
	expect_num(event, "netns.inode", (long long)left);
	expect_text(event, "holder", "none");
	check(listing.count == 1, "%zu lines, expected one", listing.count);
}

/* All of the group are in one list of the kernel's, and do not fit what one read() gives. */
#define GROUP 400

static void list_in_flight_many(void)
{
	const char *args[] = { "list",        "-o",      "csv", "--columns",
			       "port,cookie", "--netns", NULL,  NULL };
	static struct outcome outcome;
	const char *line = outcome.out;
	char inode[24];
	int n = 0;

	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	args[6] = inode;
	for (int i = 0; i < GROUP; i++)
		put_in_flight(spec_open(&(struct spec){
			.addr = "127.0.0.1", .port = 8080, .flags = SPEC_REUSEPORT }));
	run_porttrace(args, false, &outcome);
	check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
	while ((line = strstr(line, "\n8080,"))) {
		check(line[6] >= '1' && line[6] <= '9', "no cookie in %.16s", line + 1);
		line++;
		n++;
	}
	check(n == GROUP, "%d of %d are listed", n, GROUP);
}

static void list_uring_fixed(void)
{
	int fd = tcp_listen("127.0.0.1", 8080), err;
	const struct event *event;
	struct uring uring;

	err = uring_open(&uring);
	if (!err)
		err = uring_fix(&uring, fd);
	if (err)
		test_skip("io_uring: %s", strerror(-err));
	sock_close(fd);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 0, "expected no holder in %s", event->line);
	expect_text(event, "holder", "none");
	uring_close(&uring);
}

/* A tunnel's UDP socket is the kernel's own. */
static void list_kernel(void)
{
	const struct event *event;

	if (system("ip link add vx0 type vxlan id 42 dstport 4789 local 127.0.0.1 2>/dev/null && "
		   "ip link set vx0 up 2>/dev/null"))
		test_skip("no vxlan device can be made here");
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 4789);
	expect_text(event, "proto", "udp");
	expect_text(event, "holder", "kernel");
	expect_bool(event, "socket.kernel", true);
}

/* The namespace of the socket counts; no process lives in this one. */
static void list_netns(void)
{
	int home = netns_open();
	const struct event *event;
	unsigned long left;
	int fd;

	tcp_listen("127.0.0.1", 8080);
	netns_enter_new();
	left = netns_inode();
	fd = tcp_listen("127.0.0.1", 8081);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8081);
	expect_num(event, "netns.inode", (long long)left);
	check(event_held_by(event, getpid()), "expected this process in %s", event->line);
	check(!listing_count(&listing, 8080), "another namespace's port is listed");
	netns_enter(home);
	listing_read(&listing, NULL);
	listing_expect(&listing, 8080);
	sock_close(fd);
}

static void list_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0porttrace-list-unix" };
	int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct event *event;

	if (local < 0 || bind(local, (struct sockaddr *)&addr, sizeof(addr)) || listen(local, 5))
		test_fail("a Unix listener: %s", strerror(errno));
	tcp_listen("127.0.0.1", 8080);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_held_by(event, getpid()), "expected this process in %s", event->line);
	check(listing.count == 1, "%zu lines, expected one", listing.count);
}

const struct test list_holder_tests[] = {
	{ "list-threads", "a process is one holder, whatever tables its threads have", list_threads,
	  0 },
	{ "list-many", "more than is told in one go, and a descriptor far from all others",
	  list_many, 0 },
	{ "list-prefork", "all that hold a port, the oldest as its process", list_prefork, 0 },
	{ "list-in-flight", "a listener that is sent and not received has the holder none",
	  list_in_flight, 0 },
	{ "list-in-flight-many", "hundreds of one port that are sent and not received, each told",
	  list_in_flight_many, 0 },
	{ "list-left", "a listener of a network namespace that nobody can enter", list_left, 0 },
	{ "list-uring-fixed", "a fixed file of io_uring has the holder none", list_uring_fixed, 0 },
	{ "list-kernel", "a socket of the kernel has the holder kernel", list_kernel, 0 },
	{ "list-netns", "the namespace of a socket, also one nobody lives in", list_netns, 0 },
	{ "list-unix", "a Unix listener hides no holder", list_unix, 0 },
	{ 0 },
};
