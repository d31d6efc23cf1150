// SPDX-License-Identifier: GPL-2.0-only
/* Never harm the traced: whatever becomes of the tracer, every connection succeeds. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "load.h"
#include "netns.h"
#include "process.h"
#include "stats.h"
#include "tests.h"

#define OPTMEM "net/core/optmem_max"

static const char all_events[] = "open,close,change,bind,connect,accept,end,fail,state";

static struct tracer *trace_all(void)
{
	need("connections");
	return tracer_start_own(all_events);
}

/* Without any tracer: what the others are compared with. */
static void none(void)
{
	load_join(load_start(2, 50, 50));
}

static char optmem_was[32];

static void optmem_restore(void)
{
	sysctl_set(OPTMEM, optmem_was);
}

/* No memory for anything that hangs on a socket; older kernels have one limit for all namespaces. */
static void no_optmem(void)
{
	FILE *file = fopen("/proc/sys/" OPTMEM, "re");
	struct tracer *tracer;
	struct load *load;

	if (!file || !fgets(optmem_was, sizeof(optmem_was), file))
		test_skip("net.core.optmem_max cannot be read: %s", strerror(errno));
	fclose(file);
	test_at_end(optmem_restore);
	tracer = trace_all();
	check(!sysctl_set(OPTMEM, "0"), "net.core.optmem_max cannot be set: %s", strerror(errno));
	load = load_start(2, 20, 50);
	load_join(load);
	optmem_restore();
	tracer_resync_all(tracer);
	stats_end(tracer);
	check(stats_of(tracer, "connect").produced >= load_total(load),
	      "%lld connects were produced, %d were made", stats_of(tracer, "connect").produced,
	      load_total(load));
}

static void expect_accounted(const struct tracer *tracer, const char *kind)
{
	struct stats stats = stats_of(tracer, kind);

	check(stats.delivered + stats.lost == stats.produced,
	      "%s: %lld produced, but %lld delivered and %lld lost", kind, stats.produced,
	      stats.delivered, stats.lost);
}

/* Nobody reads: the ring fills up, and what does not fit is counted. */
static void reader_stands_still(void)
{
	static const char *const kinds[] = { "connect", "accept", "end",  "bind",
					     "fail",    "state",  "open", "close" };
	struct tracer *tracer = trace_all();
	struct load *load;
	long long lost = 0;

	tracer_signal(tracer, SIGSTOP);
	process_await_state(tracer->pid, 'T');
	load = load_start(2, 150, 50);
	load_join(load);
	tracer_signal(tracer, SIGCONT);
	tracer_resync_all(tracer);
	stats_end(tracer);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		expect_accounted(tracer, kinds[i]);
		lost += stats_of(tracer, kinds[i]).lost;
	}
	check(lost > 0, "the ring did not fill up");
	check(stats_of(tracer, "connect").produced >= load_total(load),
	      "%lld connects were produced, %d were made", stats_of(tracer, "connect").produced,
	      load_total(load));
}

/* Killed in the middle: the kernel takes its programs away while they run. */
static void tracer_killed(void)
{
	struct tracer *tracer = trace_all();
	struct load *load = load_start(2, 100, 50);

	load_await(load, load_total(load) / 4);
	tracer_signal(tracer, SIGKILL);
	check(tracer_wait(tracer) == 128 + SIGKILL, "porttrace was not killed");
	check(load->connected < load_total(load), "the load was over before the kill");
	load_join(load);
}

const struct test harmless_tests[] = {
	{ "harm-none", "the load succeeds where nobody traces", none, 30 },
	{ "harm-optmem", "no socket memory (optmem_max 0): every connection succeeds, all are told",
	  no_optmem, 30 },
	{ "harm-stopped", "a full ring: every connection succeeds, delivered + lost = produced",
	  reader_stands_still, 60 },
	{ "harm-killed", "the tracer killed in mid-flood: every connection succeeds", tracer_killed,
	  30 },
	{ 0 },
};
