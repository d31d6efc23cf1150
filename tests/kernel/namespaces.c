// SPDX-License-Identifier: GPL-2.0-only
/* Every network namespace, not the tracer's alone. */
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

struct place {
	struct child child;
	unsigned long netns;
};

/* Opens 8080 in a namespace of its own when told, TCP and UDP. */
static void open_elsewhere(int ctl, void *arg)
{
	(void)arg;
	netns_enter_new();
	number_give(ctl, (long)netns_inode());
	step_await(ctl);
	tcp_listen("0.0.0.0", 8080);
	udp_bind("::", 8081);
	step_give(ctl);
	step_await(ctl);
}

static struct place place_start(void)
{
	struct place place = { .child = child_start(open_elsewhere, NULL) };

	place.netns = (unsigned long)number_await(place.child.ctl);
	return place;
}

static void place_open(struct place *place)
{
	step_give(place->child.ctl);
	step_await(place->child.ctl);
}

static void netns_live(void)
{
	struct tracer *tracer = tracer_start();
	struct place place = place_start();
	const struct event *event;

	tracer_add_netns(tracer, place.netns);
	place_open(&place);
	event = tracer_expect(tracer, "open", 8080);
	expect_num(event, "netns.inode", (long long)place.netns);
	expect_process(event, place.child.pid);
	event = tracer_expect(tracer, "open", 8081);
	expect_num(event, "netns.inode", (long long)place.netns);
	child_kill(&place.child);
	event = tracer_expect(tracer, "close", 8080);
	expect_num(event, "netns.inode", (long long)place.netns);
	tracer_expect(tracer, "close", 8081);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
	tracer_history(tracer, 8081, "open,close");
}

static void expect_in_place(struct tracer *tracer, const struct event *event,
			    const struct place *first, const struct place *second)
{
	const struct place *place = event->netns == first->netns ? first : second;

	(void)tracer;
	expect_num(event, "netns.inode", (long long)place->netns);
	check(event_held_by(event, place->child.pid), "expected process %d as a holder in %s",
	      place->child.pid, event->line);
}

/* The same ports in two namespaces are two ports. */
static void netns_snapshot(void)
{
	struct place first = place_start();
	struct place second = place_start();
	struct tracer *tracer;

	place_open(&first);
	place_open(&second);
	tracer = tracer_launch(&(struct launch){ 0 });
	tracer_add_netns(tracer, first.netns);
	tracer_add_netns(tracer, second.netns);
	tracer_ready(tracer);
	for (int port = 8080; port <= 8081; port++) {
		const struct event *one = tracer_expect(tracer, "existing", port);
		const struct event *other = tracer_expect(tracer, "existing", port);

		check(one->netns != other->netns, "port %d told twice for one namespace", port);
		expect_in_place(tracer, one, &first, &second);
		expect_in_place(tracer, other, &first, &second);
		tracer_history(tracer, port, "existing,existing");
	}
	child_kill(&first.child);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,existing,close");
	child_kill(&second.child);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,existing,close,close");
}

/* The namespace of the socket counts; no process lives in this one. */
static void netns_left(void)
{
	int home = netns_open();
	struct tracer *tracer;
	unsigned long left;
	int tcp, udp;

	netns_enter_new();
	left = netns_inode();
	tcp = tcp_listen("0.0.0.0", 8080);
	udp = udp_bind("0.0.0.0", 8081);
	netns_enter(home);
	tracer = tracer_launch(&(struct launch){ 0 });
	tracer_add_netns(tracer, left);
	tracer_ready(tracer);
	for (int port = 8080; port <= 8081; port++) {
		const struct event *existing = tracer_expect(tracer, "existing", port);

		expect_num(existing, "netns.inode", (long long)left);
		check(event_held_by(existing, getpid()), "expected this process as a holder in %s",
		      existing->line);
	}
	sock_close(tcp);
	sock_close(udp);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
	tracer_history(tracer, 8081, "existing,close");
}

const struct test netns_tests[] = {
	{ "netns-live", "a port opened in another namespace, by its inode", netns_live, 0 },
	{ "netns-snapshot", "the same port open in two namespaces is two", netns_snapshot, 0 },
	{ "netns-left", "a socket of a namespace in which no process lives", netns_left, 0 },
	{ 0 },
};
