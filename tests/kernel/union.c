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
#define MEND_MS 5000 /* what was lost is told again, and mended, within a second */

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

/* Whatever opened or closed there, one process did it; of what was found again that is not known. */
static void expect_its_own(struct tracer *tracer, const struct place *place)
{
	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		if (event->netns == place->netns && strcmp(event->name, "existing") != 0 &&
		    strcmp(event->name, "recovered") != 0)
			expect_num(event, "process.pid", place->child.pid);
	}
}

/*
 * Since v5.12 a hook that is re-entered on its CPU is skipped, and counted: no fault of the
 * reader's, but it has to say so, and to find by itself what it missed. Nothing else may be lost.
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

static bool agree(struct tracer *tracer, const struct place *places, char *text, size_t size)
{
	static struct table kernel, told;
	bool exact = !was_skipped(tracer);

	for (int i = 0; i < PLACES; i++) {
		table_read(&kernel, places[i].child.pid);
		check(kernel.count >= STABLE, "the kernel's table has %zu ports", kernel.count);
		table_replay(&told, tracer, places[i].netns, exact);
		if (!table_equal(&kernel, &told, text, size))
			return false;
	}
	return true;
}

/* At once, or, if the kernel skipped a hook, as soon as that is mended. */
static void expect_union(struct tracer *tracer, const struct place *places)
{
	long long end = now_ms() + (long long)MEND_MS * config.scale;
	bool late = false;
	char text[256] = "";

	while (!agree(tracer, places, text, sizeof(text))) {
		check(now_ms() < end, "%s", text);
		late = true;
		tracer_pump_alive(tracer, 100);
	}
	check(!late || was_skipped(tracer), "told late, although nothing was lost: %s", text);
	for (int i = 0; i < PLACES; i++) {
		expect_stable(tracer, places[i].netns);
		expect_its_own(tracer, &places[i]);
	}
}

static void one_round(struct place *places)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ 0 });

	for (int i = 0; i < PLACES; i++)
		tracer_add_netns(tracer, places[i].netns);
	tracer_ready(tracer);
	stop_all(places);
	tracer_resync(tracer);
	expect_union(tracer, places);
	continue_all(places);
	tracer_signal(tracer, SIGTERM);
	check(tracer_wait(tracer) == 0, "porttrace did not exit with 0");
}

static void union_under_churn(void)
{
	struct place places[PLACES];

	for (int i = 0; i < PLACES; i++) {
		places[i].child = child_start(churn, NULL);
		places[i].netns = (unsigned long)number_await(places[i].child.ctl);
	}
	for (int i = 0; i < ROUNDS; i++)
		one_round(places);
}

const struct test union_tests[] = {
	{ "union", "snapshot and stream equal the kernel's tables, under churn", union_under_churn,
	  60 },
	{ 0 },
};
