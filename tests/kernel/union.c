// SPDX-License-Identifier: GPL-2.0-only
/* The snapshot joined with the stream, against the kernel's tables, under churn. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "table.h"
#include "tests.h"
#include "tracer.h"

#define PLACES 3
#define STABLE 40 /* ports open the whole time, in each namespace */
#define STABLE_PORT 2000
#define CHURNED 16 /* ports in turn open and closed */
#define CHURN_PORT 3000
#define PACE_NS 100000
#define ROUNDS 5
#define ROUNDS_MIN 2
#define ROUNDS_MAX 8

struct place {
	struct child child;
	unsigned long netns;
};

/* A mixture of TCP and UDP, IPv4 and IPv6. */
static struct spec mixed_spec(int port)
{
	static const char *const addrs[] = { "127.0.0.1", "::1", "0.0.0.0", "::" };
	struct spec spec = { .addr = addrs[port / 2 % 4], .port = port };

	spec.type = port % 2 ? SOCK_DGRAM : SOCK_STREAM;
	spec.flags = spec.type == SOCK_STREAM ? SPEC_REUSEADDR | SPEC_V6ONLY : SPEC_V6ONLY;
	return spec;
}

/*
 * Until it is killed. The order changes with each turn, so that no phase
 * repeats; the pace leaves the reader of all these lines time to parse them.
 */
static void churn(int ctl, void *arg)
{
	int fds[CHURNED];
	const struct timespec pace = { .tv_nsec = (long)PACE_NS * config.scale };
	unsigned int seed = 1;

	(void)arg;
	memset(fds, -1, sizeof(fds));
	netns_enter_new();
	for (int i = 0; i < STABLE; i++) {
		struct spec spec = mixed_spec(STABLE_PORT + i);

		spec_open(&spec);
	}
	number_give(ctl, (long)netns_inode());
	while (time_left()) {
		struct spec spec;
		int i;

		seed = seed * 1103515245 + 12345;
		i = (int)(seed >> 16) % CHURNED;
		spec = mixed_spec(CHURN_PORT + i);
		if (fds[i] >= 0)
			sock_close(fds[i]);
		fds[i] = fds[i] >= 0 ? -1 : spec_open(&spec);
		nanosleep(&pace, NULL);
	}
}

static void stop_all(struct place *places)
{
	for (int i = 0; i < PLACES; i++) {
		int status;

		kill(places[i].child.pid, SIGSTOP);
		if (waitpid(places[i].child.pid, &status, WUNTRACED) < 0 || !WIFSTOPPED(status))
			test_fail("a churning process does not stop");
	}
}

static void continue_all(struct place *places)
{
	for (int i = 0; i < PLACES; i++)
		kill(places[i].child.pid, SIGCONT);
}

static void expect_stable(struct tracer *tracer, unsigned long netns)
{
	for (int port = STABLE_PORT; port < STABLE_PORT + STABLE; port++) {
		unsigned int existing = 0, others = 0;

		for (size_t i = 0; i < tracer->count; i++) {
			const struct event *event = tracer->events[i];
			bool is_existing = !strcmp(event->name, "existing");

			if (event->netns != netns || event->port != port)
				continue;
			existing += is_existing;
			others += !is_existing;
		}
		check(existing == 1 && others == 0,
		      "port %d, open all the time: %u times existing, %u other events", port,
		      existing, others);
	}
}

/* Whatever opened or closed there, one process did it. */
static void expect_its_own(struct tracer *tracer, const struct place *place)
{
	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		if (event->netns == place->netns && strcmp(event->name, "existing") != 0)
			expect_num(event, "process.pid", place->child.pid);
	}
}

/*
 * Since v5.12 a hook that is re-entered on its CPU is skipped, and counted: no fault of the
 * reader's, and after it the tables agree only when a snapshot has run again.
 */
static bool was_skipped(const struct tracer *tracer)
{
	bool skipped = false;

	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		if (strcmp(event->name, "lost") != 0)
			continue;
		check(strstr(event_text(event, "cause"), "skipped"), "events were lost");
		skipped = true;
	}
	return skipped;
}

static void expect_union(struct tracer *tracer, const struct place *places)
{
	static struct table kernel, told;

	for (int i = 0; i < PLACES; i++) {
		expect_stable(tracer, places[i].netns);
		table_read(&kernel, places[i].child.pid);
		table_replay(&told, tracer, places[i].netns);
		check(kernel.count >= STABLE, "the kernel's table has %zu ports", kernel.count);
		table_expect_equal(&kernel, &told);
		expect_its_own(tracer, &places[i]);
	}
}

/* Whether it proved something. */
static bool one_round(struct place *places)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ 0 });
	bool proves;

	for (int i = 0; i < PLACES; i++)
		tracer_add_netns(tracer, places[i].netns);
	tracer_ready(tracer);
	stop_all(places);
	tracer_sync(tracer);
	proves = !was_skipped(tracer);
	if (proves)
		expect_union(tracer, places);
	continue_all(places);
	tracer_signal(tracer, SIGTERM);
	check(tracer_wait(tracer) == 0, "porttrace did not exit with 0");
	return proves;
}

static void union_under_churn(void)
{
	struct place places[PLACES];
	int proved = 0;

	for (int i = 0; i < PLACES; i++) {
		places[i].child = child_start(churn, NULL);
		places[i].netns = (unsigned long)number_await(places[i].child.ctl);
	}
	for (int i = 0; i < ROUNDS_MAX && proved < ROUNDS; i++)
		proved += one_round(places);
	check(proved >= ROUNDS_MIN, "the kernel skipped a hook in all but %d rounds", proved);
}

const struct test union_tests[] = {
	{ "union", "snapshot and stream equal the kernel's tables, under churn", union_under_churn,
	  60 },
	{ 0 },
};
