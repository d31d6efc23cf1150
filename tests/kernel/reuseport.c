// SPDX-License-Identifier: GPL-2.0-only
/* SO_REUSEPORT: several sockets, one port. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define GROUP 8

static const struct spec tcp_member = {
	.addr = "127.0.0.1",
	.port = 8080,
	.flags = SPEC_REUSEPORT,
};

static const struct spec udp_member = {
	.type = SOCK_DGRAM,
	.addr = "127.0.0.1",
	.port = 8080,
	.flags = SPEC_REUSEPORT,
};

static void expect_sharing(struct tracer *tracer, int want)
{
	expect_num(tracer_expect(tracer, "change", 8080), "sharing", want);
}

static void grow_and_shrink(const struct spec *member)
{
	struct tracer *tracer = tracer_start_events("open,close,change");
	const struct event *opened;
	int fds[GROUP];

	fds[0] = spec_open(member);
	opened = tracer_expect(tracer, "open", 8080);
	expect_bool(opened, "socket.reuseport", true);
	for (int i = 1; i < GROUP; i++) {
		fds[i] = spec_open(member);
		expect_sharing(tracer, i + 1);
	}
	for (int i = 0; i < GROUP - 1; i++) {
		sock_close(fds[i]);
		expect_sharing(tracer, GROUP - 1 - i);
	}
	tracer_sync(tracer);
	check(tracer_count(tracer, "close", 8080) == 0, "closed while one socket was left");
	sock_close(fds[GROUP - 1]);
	tracer_expect(tracer, "close", 8080);
	tracer_sync(tracer);
	check(tracer_count(tracer, "open", 8080) == 1, "more than one open");
	check(tracer_count(tracer, "change", 8080) == 2 * (GROUP - 1), "changes too many");
	check(tracer_count(tracer, "close", 8080) == 1, "more than one close");
}

static void reuseport_tcp(void)
{
	grow_and_shrink(&tcp_member);
}

static void reuseport_udp(void)
{
	grow_and_shrink(&udp_member);
}

static void reuseport_default(void)
{
	struct tracer *tracer = tracer_start();
	int fds[GROUP];

	for (int i = 0; i < GROUP; i++)
		fds[i] = spec_open(&tcp_member);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	for (int i = GROUP - 1; i > 0; i--)
		sock_close(fds[i]);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	sock_close(fds[0]);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void hold_member(int ctl, void *arg)
{
	(void)arg;
	spec_open(&tcp_member);
	step_give(ctl);
	step_await(ctl);
}

/* Members of two processes: the last one's end is the close, in its name. */
static void reuseport_processes(void)
{
	struct tracer *tracer = tracer_start_events("open,close,change");
	struct child first = child_start(hold_member, NULL);
	struct child second;
	const struct event *event;

	step_await(first.ctl);
	second = child_start(hold_member, NULL);
	step_await(second.ctl);
	expect_process(tracer_expect(tracer, "open", 8080), first.pid);
	event = tracer_expect(tracer, "change", 8080);
	expect_num(event, "sharing", 2);
	expect_num(event, "process.pid", second.pid);
	child_kill(&first);
	event = tracer_expect(tracer, "change", 8080);
	expect_num(event, "sharing", 1);
	expect_num(event, "process.pid", first.pid);
	child_kill(&second);
	event = tracer_expect(tracer, "close", 8080);
	expect_num(event, "process.pid", second.pid);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,change,change,close");
}

static void reuseport_existing(void)
{
	struct child first = child_start(hold_member, NULL);
	struct child second = child_start(hold_member, NULL);
	const struct event *existing;
	struct tracer *tracer;

	step_await(first.ctl);
	step_await(second.ctl);
	tracer = tracer_start();
	existing = tracer_expect(tracer, "existing", 8080);
	check(event_holders(existing) == 2 && event_held_by(existing, first.pid) &&
		      event_held_by(existing, second.pid),
	      "expected processes %d and %d as the holders in %s", first.pid, second.pid,
	      existing->line);
	child_kill(&first);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing");
	child_kill(&second);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

const struct test reuseport_tests[] = {
	{ "reuseport", "a group of 8 grows and shrinks: open, changes, close", reuseport_tcp, 0 },
	{ "reuseport-udp", "the same for UDP", reuseport_udp, 0 },
	{ "reuseport-default", "by default a group is one open and one close", reuseport_default,
	  0 },
	{ "reuseport-processes", "members of two processes: the last one closes",
	  reuseport_processes, 0 },
	{ "reuseport-existing", "a group in the snapshot: one line, all holders",
	  reuseport_existing, 0 },
	{ 0 },
};
