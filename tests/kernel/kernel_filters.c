// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters that the kernel side applies: what is not asked for is not even
 * produced. A process that the filter lets through shows that the tracer is at
 * work; then the test itself makes a load that it does not let through.
 */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"
#include "netns.h"
#include "opener.h"
#include "peer.h"
#include "stats.h"
#include "tests.h"

#define HIT 7101
#define LOAD 200
#define ALL "open,close,bind,connect,accept,end,fail,state"

struct kernel_filter {
	const char *args[6]; /* %p: the hit's pid, %n: its namespace, %t: the test's */
	const char *events;
	enum opener_as hit;
	int type; /* of the port the hit opens */
};

static const char *expand(const char *arg, const struct opener *hit)
{
	char *text = NULL;
	int len = 0;

	if (!strcmp(arg, "%p"))
		len = asprintf(&text, "%d", hit->child.pid);
	else if (!strcmp(arg, "%n"))
		len = asprintf(&text, "%lu", hit->netns);
	else if (!strcmp(arg, "%t"))
		len = asprintf(&text, "%lu", netns_inode());
	else
		return arg;
	if (len < 0)
		test_fail("out of memory");
	return text;
}

static struct tracer *launch(const struct kernel_filter *filter, const struct opener *hit)
{
	struct launch launch = { .args = { "--stats", "-e", filter->events } };
	struct tracer *tracer;

	for (size_t i = 0; i < ARRAY_SIZE(filter->args) && filter->args[i]; i++)
		launch.args[i + 3] = expand(filter->args[i], hit);
	tracer = tracer_launch(&launch);
	tracer_add_netns(tracer, hit->netns);
	return tracer;
}

/* Opens a port that is let through until it is told. How often it was opened. */
static int await_stream(struct tracer *tracer, struct opener *hit, int type)
{
	struct spec spec = { .type = type, .addr = "127.0.0.1", .port = HIT };
	const struct event *opened = NULL;
	int opens = 0;

	while (!opened) {
		check(time_left() > 0, "no `open` of a port that the filter lets through");
		opener_open(hit, &spec);
		opened = tracer_await(tracer, "open", HIT, 250 * config.scale);
		opener_close(hit);
		opens++;
	}
	return opens;
}

static void make_load(void)
{
	int listener = tcp_listen("127.0.0.1", LINK_PORT);

	for (int i = 0; i < LOAD; i++) {
		int client = tcp_connect(0, LINK_PORT), server = accept(listener, NULL, NULL);

		sock_close(client);
		sock_close(server);
		sock_close(udp_bind("127.0.0.1", 0));
		sock_close(tcp_listen("127.0.0.1", 0));
	}
	sock_close(listener);
}

static void expect_none(const struct tracer *tracer, const char *kind)
{
	long long produced = stats_of(tracer, kind).produced;

	check(produced == 0, "%lld records of `%s` that nobody asked for", produced, kind);
}

static void run_filter(const struct kernel_filter *filter)
{
	struct opener hit = opener_start(filter->hit);
	struct tracer *tracer = launch(filter, &hit);
	int opens = await_stream(tracer, &hit, filter->type);
	struct stats stats;

	make_load();
	stats_end(tracer);
	stats = stats_of(tracer, "open");
	check(stats.produced >= 1 && stats.produced <= opens,
	      "%lld records of `open`, and %d ports that were asked for", stats.produced, opens);
	stats = stats_of(tracer, "close");
	/* While the snapshot is taken, closes are told of whom it may just have read. */
	check(stats.produced < LOAD, "%lld records of `close`, and %d ports that were asked for",
	      stats.produced, opens);
	expect_none(tracer, "connect");
	expect_none(tracer, "accept");
	expect_none(tracer, "fail");
	/* One older than the trace may end meanwhile: the kernel side does not know whose it is. */
	stats = stats_of(tracer, "end");
	check(stats.produced < LOAD / 10, "%lld records of `end`", stats.produced);
}

static void by_pid(void)
{
	run_filter(&(struct kernel_filter){ .args = { "--pid", "%p" }, .events = ALL });
}

static void by_user(void)
{
	run_filter(&(struct kernel_filter){
		.args = { "-U", "12345" }, .events = ALL, .hit = AS_USER });
}

static void by_netns(void)
{
	run_filter(&(struct kernel_filter){
		.args = { "--netns", "%n" }, .events = ALL, .hit = AS_NETNS });
}

static void by_port(void)
{
	run_filter(&(struct kernel_filter){ .args = { "-P", "7101", "--netns", "%t" },
					    .events = ALL });
}

static void by_event(void)
{
	run_filter(&(struct kernel_filter){ .args = { "-P", "7101", "--netns", "%t" },
					    .events = "open" });
}

/* TCP alone: the UDP part of the load is not produced, the rest is. */
static void by_protocol(bool tcp)
{
	const struct kernel_filter filter = { .args = { tcp ? "-t" : "-u", "--netns", "%t" },
					      .events = "open,close,connect,accept,end",
					      .type = tcp ? SOCK_STREAM : SOCK_DGRAM };
	struct opener hit = opener_start(AS_SELF);
	struct tracer *tracer;
	struct stats stats;
	int opens;

	need("connections");
	tracer = launch(&filter, &hit);
	opens = await_stream(tracer, &hit, filter.type);
	make_load();
	stats_end(tracer);
	stats = stats_of(tracer, "open");
	check(stats.produced >= LOAD, "%lld records of `open`", stats.produced);
	check(stats.produced <= LOAD + opens + 1, "%lld records of `open`, %d were asked for",
	      stats.produced, LOAD + opens + 1);
	check(stats_of(tracer, "connect").produced == (tcp ? LOAD : 0), "%lld records of `connect`",
	      stats_of(tracer, "connect").produced);
	check(stats_of(tracer, "end").produced == (tcp ? 2 * LOAD : 0), "%lld records of `end`",
	      stats_of(tracer, "end").produced);
}

static void by_tcp(void)
{
	by_protocol(true);
}

static void by_udp(void)
{
	by_protocol(false);
}

/* --- --pid and its descendants ---------------------------------------------- */

/* What each member of the family does: a listener, a connection, and all closed. */
static void act(int port)
{
	int listener = tcp_listen("127.0.0.1", port), client = tcp_connect(0, port);
	int server = accept(listener, NULL, NULL);

	sock_close(client);
	sock_close(server);
	sock_close(listener);
}

enum member { ELDER = 7201, CHILD, GRANDCHILD, DAEMON, HEIR, STRANGER };

static void wait_for(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || status)
		test_fail("a process of the test ended with wait status 0x%x", status);
}

/* Forks; in the child acts, forks a child of its own if asked, and ends. */
static void beget(int port, int child_port)
{
	pid_t pid = fork();

	if (pid) {
		wait_for(pid);
		return;
	}
	act(port);
	if (child_port)
		beget(child_port, 0);
	_exit(0);
}

/* As a daemon does it: its parent is gone, and another is its parent now. */
static void beget_daemon(int port)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		test_fail("pipe");
	pid = fork();
	if (!pid) {
		setsid();
		if (fork())
			_exit(0);
		close(ends[0]);
		while (getppid() == pid)
			;
		act(port);
		_exit(0); /* and with it the pipe's end */
	}
	close(ends[1]);
	wait_for(pid);
	check(read(ends[0], &byte, 1) == 0, "the daemon's pipe");
	close(ends[0]);
}

/* The parent opens, the child closes. */
static void leave_to_heir(int port)
{
	int fd = tcp_listen("127.0.0.1", port), ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		test_fail("pipe");
	pid = fork();
	if (!pid) {
		close(ends[1]);
		check(read(ends[0], &byte, 1) == 0, "the heir's pipe");
		sock_close(fd);
		_exit(0);
	}
	close(ends[0]);
	sock_close(fd);
	close(ends[1]);
	wait_for(pid);
}

static void elder(int ctl, void *arg)
{
	(void)arg;
	step_await(ctl);
	act(ELDER);
}

/* Asked for by --pid: opens a probe for each number, then lets its family act. */
static void head_of_family(int ctl, void *arg)
{
	struct child first = child_start(elder, NULL);
	long port;

	(void)arg;
	while ((port = number_await(ctl)) > 0) {
		sock_close(tcp_listen("127.0.0.1", (int)port));
		step_give(ctl);
	}
	step_give(first.ctl);
	child_join(&first);
	beget(CHILD, GRANDCHILD);
	beget_daemon(DAEMON);
	leave_to_heir(HEIR);
	step_give(ctl);
	step_await(ctl);
}

static struct tracer *trace_family(const struct child *head)
{
	char pid[16];
	const struct event *opened = NULL;
	struct tracer *tracer;

	snprintf(pid, sizeof(pid), "%d", head->pid);
	tracer = tracer_launch(&(struct launch){
		.args = { "-e", "open,close,connect,accept,end", "--pid", pid } });
	while (!opened) {
		check(time_left() > 0, "no `open` by the process that was asked for");
		number_give(head->ctl, HIT);
		step_await(head->ctl);
		opened = tracer_await(tracer, "open", HIT, 250 * config.scale);
	}
	return tracer;
}

static void descendants(void)
{
	struct child head;
	struct tracer *tracer;

	need("descendants");
	need("acceptor");
	head = child_start(head_of_family, NULL);
	tracer = trace_family(&head);
	act(STRANGER);
	number_give(head.ctl, 0);
	step_await(head.ctl);
	tracer_expect(tracer, "close", HEIR);
	for (int port = ELDER; port <= DAEMON; port++) {
		tracer_expect(tracer, "close", port);
		tracer_expect(tracer, "end", port); /* the server's */
		check(tracer_count(tracer, "open", port) == 1, "not one `open` of port %d", port);
		check(tracer_count(tracer, "accept", port) == 1, "not one `accept` of port %d",
		      port);
		check(tracer_with_remote(tracer, "connect", port), "no `connect` to port %d", port);
		check(tracer_with_remote(tracer, "end", port), "no `end` of the client to port %d",
		      port);
	}
	check(tracer_count(tracer, "open", HEIR) == 1, "not one `open` of the heir's port");
	check(tracer_count(tracer, NULL, STRANGER) == 0, "an event of a process not asked for");
	check(!tracer_with_remote(tracer, "connect", STRANGER), "a connect of one not asked for");
	check(!tracer_with_remote(tracer, "end", STRANGER), "an end of one not asked for");
	step_give(head.ctl);
	child_join(&head);
}

static void connect_to(int listener)
{
	int client = tcp_connect(0, sock_port(listener)), server = accept(listener, NULL, NULL);

	sock_close(server);
	sock_close(client);
}

static size_t connects_to(const struct tracer *tracer, int port)
{
	size_t n = 0;

	for (size_t i = 0; i < tracer->count; i++)
		n += tracer->events[i]->remote_port == port &&
		     !strcmp(tracer->events[i]->name, "connect");
	return n;
}

/* Nothing but what is asked for wakes the reader, so it must not be hidden by what is not. */
static void tells_behind_others(void)
{
	int others = tcp_listen("127.0.0.1", 0), hit = tcp_listen("127.0.0.1", HIT);
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .args = { "-t", "-e", "connect", "--port", "7101" } });

	tracer_expect(tracer, "existing", HIT);
	for (size_t n = 1; n <= 3; n++) {
		connect_to(others);
		connect_to(hit);
		while (connects_to(tracer, HIT) < n) {
			check(time_left() > 0, "a `connect` behind one of others is not told");
			tracer_pump_alive(tracer, time_left());
		}
	}
	sock_close(hit);
	sock_close(others);
}

#define NOT_PRODUCED "of what it keeps out, nothing is even produced: "

const struct test kernel_filter_tests[] = {
	{ "kernel-filter-pid", NOT_PRODUCED "--pid", by_pid, 20 },
	{ "kernel-filter-user", NOT_PRODUCED "-U", by_user, 20 },
	{ "kernel-filter-netns", NOT_PRODUCED "--netns", by_netns, 20 },
	{ "kernel-filter-port", NOT_PRODUCED "-P", by_port, 20 },
	{ "kernel-filter-wakes", "-P: a connection is told at once, also behind one kept out",
	  tells_behind_others, 0 },
	{ "kernel-filter-event", NOT_PRODUCED "-e", by_event, 20 },
	{ "kernel-filter-tcp", NOT_PRODUCED "-t", by_tcp, 20 },
	{ "kernel-filter-udp", NOT_PRODUCED "-u", by_udp, 20 },
	{ "descendants", "--pid: children, their children and daemons, older and newer ones",
	  descendants, 20 },
	{ 0 },
};
