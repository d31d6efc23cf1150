// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters that the kernel side applies: what is not asked for is not even
 * produced. A process that the filter lets through shows that the tracer is at
 * work; then the test itself makes a load that it does not let through.
 */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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
	{ 0 },
};
