// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters: two processes open ports, one that the filter lets through and one
 * that it must not. Both have a port open before the trace, both open more
 * during it; the order of events makes the absence of the second certain.
 */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "event.h"
#include "opener.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define HIT_BEFORE 7001
#define HIT_PROBE 7101
#define HIT 7102
#define MISS_BEFORE 7002
#define MISS 7103

struct side {
	enum opener_as as;
	int type;
	const char *addr;
};

/* In args, %p is the hit's pid, %n its namespace, %x the path of opener_program(). */
struct filter {
	const char *args[4];
	struct side hit;
	struct side miss;
	bool in_test_netns;
	bool no_existing;
	bool no_close;
};

static const struct side tcp4 = { AS_SELF, SOCK_STREAM, "127.0.0.1" };

static char *expand(const char *arg, const struct opener *hit)
{
	char *text = NULL;
	int len;

	if (!strcmp(arg, "%p"))
		len = asprintf(&text, "%d", hit->child.pid);
	else if (!strcmp(arg, "%n"))
		len = asprintf(&text, "%lu", hit->netns);
	else if (!strcmp(arg, "%x"))
		len = asprintf(&text, "%s", opener_program());
	else
		len = asprintf(&text, "%s", arg);
	if (len < 0)
		test_fail("out of memory");
	return text;
}

static struct tracer *launch_filtered(const struct filter *filter, const struct opener *hit,
				      const struct opener *miss)
{
	struct launch launch = { .in_test_netns = filter->in_test_netns };
	struct tracer *tracer;

	for (size_t i = 0; i < ARRAY_SIZE(filter->args) && filter->args[i]; i++)
		launch.args[i] = expand(filter->args[i], hit);
	tracer = tracer_launch(&launch);
	tracer_add_netns(tracer, hit->netns);
	tracer_add_netns(tracer, miss->netns);
	return tracer;
}

static struct spec spec_of(const struct side *side, int port)
{
	return (struct spec){ .type = side->type, .addr = side->addr, .port = port };
}

/* Opens the probe again and again, until it is told as opened. */
static void await_stream(struct tracer *tracer, struct opener *hit, const struct side *side)
{
	struct spec probe = spec_of(side, HIT_PROBE);
	const struct event *opened = NULL;

	while (!opened) {
		check(time_left() > 0, "no `open` of a port that the filter lets through");
		opener_open(hit, &probe);
		opened = tracer_await(tracer, "open", HIT_PROBE, 250 * config.scale);
		opener_close(hit);
	}
}

static void open_all(const struct filter *filter, struct opener *hit, struct opener *miss)
{
	struct spec spec = spec_of(&filter->miss, MISS);

	opener_open(miss, &spec);
	opener_close(miss);
	spec = spec_of(&filter->hit, HIT);
	opener_open(hit, &spec);
}

static void run_filter(const struct filter *filter)
{
	struct opener hit = opener_start(filter->hit.as);
	struct opener miss = opener_start(filter->miss.as);
	struct spec hit_before = spec_of(&filter->hit, HIT_BEFORE);
	struct spec miss_before = spec_of(&filter->miss, MISS_BEFORE);
	struct tracer *tracer;

	opener_open(&hit, &hit_before);
	opener_open(&miss, &miss_before);
	tracer = launch_filtered(filter, &hit, &miss);
	await_stream(tracer, &hit, &filter->hit);
	open_all(filter, &hit, &miss);
	tracer_expect(tracer, "open", HIT);
	tracer_history(tracer, MISS, "");
	tracer_history(tracer, MISS_BEFORE, "");
	tracer_history(tracer, HIT_BEFORE, filter->no_existing ? "" : "existing");
	check(!filter->no_close || tracer_count(tracer, "close", 0) == 0, "a close, unasked for");
	check(filter->no_close || tracer_count(tracer, "close", HIT_PROBE) > 0, "no close");
}

static void filter_tcp(void)
{
	run_filter(&(struct filter){
		.args = { "-t" }, .hit = tcp4, .miss = { AS_SELF, SOCK_DGRAM, "127.0.0.1" } });
}

static void filter_udp(void)
{
	run_filter(&(struct filter){
		.args = { "-u" }, .hit = { AS_SELF, SOCK_DGRAM, "127.0.0.1" }, .miss = tcp4 });
}

static void filter_ipv4(void)
{
	run_filter(&(struct filter){
		.args = { "-4" }, .hit = tcp4, .miss = { AS_SELF, SOCK_STREAM, "::1" } });
}

static void filter_ipv6(void)
{
	run_filter(&(struct filter){
		.args = { "-6" }, .hit = { AS_SELF, SOCK_STREAM, "::1" }, .miss = tcp4 });
}

static void filter_port(void)
{
	run_filter(&(struct filter){
		.args = { "-P", "7001,7101-7102,65535" }, .hit = tcp4, .miss = tcp4 });
}

static void filter_pid(void)
{
	run_filter(&(struct filter){ .args = { "--pid", "%p" }, .hit = tcp4, .miss = tcp4 });
}

static void filter_user(void)
{
	run_filter(&(struct filter){ .args = { "-U", "12345" },
				     .hit = { AS_USER, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_comm(void)
{
	run_filter(&(struct filter){ .args = { "--comm", OPENER_COMM },
				     .hit = { AS_COMM, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_exe(void)
{
	run_filter(&(struct filter){ .args = { "--exe", "%x" },
				     .hit = { AS_PROGRAM, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_exe_glob(void)
{
	run_filter(&(struct filter){ .args = { "--exe", "/tmp/live-*/other-program" },
				     .hit = { AS_PROGRAM, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_unit(void)
{
	run_filter(&(struct filter){ .args = { "--unit", cgroup_unit() },
				     .hit = { AS_PLACE, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_container(void)
{
	run_filter(&(struct filter){ .args = { "--container", "docker:00000000*" },
				     .hit = { AS_PLACE, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_netns_self(void)
{
	run_filter(&(struct filter){ .args = { "--netns", "self" },
				     .hit = tcp4,
				     .miss = { AS_NETNS, SOCK_STREAM, "127.0.0.1" },
				     .in_test_netns = true });
}

static void filter_netns_inode(void)
{
	run_filter(&(struct filter){ .args = { "--netns", "%n" },
				     .hit = { AS_NETNS, SOCK_STREAM, "127.0.0.1" },
				     .miss = tcp4 });
}

static void filter_scope(void)
{
	run_filter(&(struct filter){ .args = { "--scope", "loopback,link" },
				     .hit = tcp4,
				     .miss = { AS_SELF, SOCK_STREAM, "0.0.0.0" } });
}

static void filter_scope_any(void)
{
	run_filter(&(struct filter){ .args = { "--scope", "any" },
				     .hit = { AS_SELF, SOCK_STREAM, "::" },
				     .miss = tcp4 });
}

static void filter_events(void)
{
	run_filter(&(struct filter){ .args = { "-e", "open", "-P", "7001,7101,7102" },
				     .hit = tcp4,
				     .miss = tcp4,
				     .no_close = true });
}

static void filter_no_existing(void)
{
	run_filter(&(struct filter){ .args = { "--no-existing", "-P", "7001,7101,7102" },
				     .hit = tcp4,
				     .miss = tcp4,
				     .no_existing = true });
}

/* It ends by itself behind the Nth line. */
static void filter_count(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){
		.args = { "-j", "-c", "5", "-e", "open", "--no-existing" }, .text = true });
	size_t lines = 0;
	int port = 8000;

	while (tracer_pump(tracer, 20) >= 0) {
		check(time_left() > 0 && port < 60000, "-c 5 does not end");
		sock_close(tcp_listen("127.0.0.1", port++));
	}
	check(tracer_wait(tracer) == 0, "-c 5 does not exit with 0");
	for (size_t i = 0; i < tracer->len; i++)
		lines += tracer->buf[i] == '\n';
	check(lines == 5, "-c 5 printed %zu lines", lines);
}

const struct test filter_tests[] = {
	{ "filter-tcp", "-t lets TCP through alone", filter_tcp, 0 },
	{ "filter-udp", "-u lets UDP through alone", filter_udp, 0 },
	{ "filter-ipv4", "-4 lets IPv4 through alone", filter_ipv4, 0 },
	{ "filter-ipv6", "-6 lets IPv6 through alone", filter_ipv6, 0 },
	{ "filter-port", "-P lets the ports and ranges through alone", filter_port, 0 },
	{ "filter-pid", "--pid lets that process through alone", filter_pid, 0 },
	{ "filter-user", "-U lets that user through alone", filter_user, 0 },
	{ "filter-comm", "--comm lets that name through alone", filter_comm, 0 },
	{ "filter-exe", "--exe lets that executable through alone", filter_exe, 0 },
	{ "filter-exe-glob", "--exe takes a pattern", filter_exe_glob, 0 },
	{ "filter-unit", "--unit lets that systemd unit through alone", filter_unit, 0 },
	{ "filter-container", "--container lets those containers through alone", filter_container,
	  0 },
	{ "filter-netns-self", "--netns self is the tracer's own namespace", filter_netns_self, 0 },
	{ "filter-netns-inode", "--netns INODE is that namespace", filter_netns_inode, 0 },
	{ "filter-scope", "--scope lets the scopes listed through alone", filter_scope, 0 },
	{ "filter-scope-any", "--scope any is the wildcard address", filter_scope_any, 0 },
	{ "filter-events", "-e open tells no close", filter_events, 0 },
	{ "no-existing", "--no-existing tells nothing of before", filter_no_existing, 0 },
	{ "count", "-c N ends behind the Nth line", filter_count, 0 },
	{ 0 },
};
