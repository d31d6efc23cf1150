// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a load costs more while a tracer watches. Short runs in turn, bare and
 * watched, each watched one compared with the mean of the bare ones before and
 * after it, so that a machine whose speed drifts does no harm.
 */
#include "bench.h"
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define RUN_SLICES 20
#define WARM_SLICES 2
#define PAIRS_MAX 200

static const char *const watch_args[] = { NULL };
static const char *const conn_args[] = { "-j", "-e", "connect,accept,end", NULL };

struct cost {
	const char *name;
	const char *const *args; /* NULL: the floor */
	double ratios[PAIRS_MAX];
	double bare[PAIRS_MAX];
	double watched[PAIRS_MAX];
};

static double measure(const struct load *load)
{
	load_ns_per_op(load, WARM_SLICES);
	return load_ns_per_op(load, RUN_SLICES);
}

static double measure_watched(const struct load *load, const char *const *args)
{
	struct tracer tracer;
	double ns;

	tracer_start(&tracer, args, OUT_MEMORY);
	tracer_streams(&tracer);
	tracer_drain(&tracer, 20 * NS_PER_MS);
	close(tracer.inotify); /* or each of its writes would wake us */
	tracer.inotify = -1;
	ns = measure(load);
	tracer_signal(&tracer, SIGINT);
	tracer_reap(&tracer);
	return ns;
}

static double report(struct cost *cost, unsigned int pairs)
{
	double median = quantile(cost->ratios, pairs, 0.5);

	say("%-10s %.3f x (quartiles %.3f %.3f), bare %.0f ns, watched %.0f ns, %u pairs",
	    cost->name, median, quantile(cost->ratios, pairs, 0.25),
	    quantile(cost->ratios, pairs, 0.75), quantile(cost->bare, pairs, 0.5),
	    quantile(cost->watched, pairs, 0.5), pairs);
	return median;
}

static void compare(const char *load_name, struct cost *costs, size_t count, unsigned int pairs)
{
	const struct load *load = load_find(load_name);
	double before;
	unsigned int i;
	size_t j;

	net_private();
	pin_to(last_cpu());
	before = measure(load);
	for (i = 0; i < pairs; i++) {
		for (j = 0; j < count; j++) {
			double watched = measure_watched(load, costs[j].args);
			double after = measure(load);

			costs[j].bare[i] = (before + after) / 2;
			costs[j].watched[i] = watched;
			costs[j].ratios[i] = watched / costs[j].bare[i];
			before = after;
		}
	}
}

static void show(const char *figure, const char *wanted, double limit, struct cost *cost,
		 unsigned int pairs)
{
	double median = report(cost, pairs);

	row(figure, wanted, median <= limit, "%.3f (quartiles %.3f %.3f; bare %.0f ns)", median,
	    quantile(cost->ratios, pairs, 0.25), quantile(cost->ratios, pairs, 0.75),
	    quantile(cost->bare, pairs, 0.5));
}

int bench_connect(const struct bench_size *size)
{
	static struct cost watch = { .name = "porttrace", .args = watch_args };

	compare("connect", &watch, 1, size->pairs);
	show("connect/accept/close loop", "<= 1.02 x", 1.02, &watch, size->pairs);
	return 0;
}

/* A slowdown in percent of what the loop takes without. */
static void show_percent(const char *figure, const char *wanted, double limit, struct cost *cost,
			 unsigned int pairs)
{
	double median = (report(cost, pairs) - 1) * 100;

	row(figure, wanted, median <= limit, "%+.1f %% (quartiles %+.1f %+.1f; bare %.0f ns)",
	    median, (quantile(cost->ratios, pairs, 0.25) - 1) * 100,
	    (quantile(cost->ratios, pairs, 0.75) - 1) * 100, quantile(cost->bare, pairs, 0.5));
}

static void show_beside(const char *what, const char *load, struct cost *ours, struct cost *theirs,
			const struct bench_size *size)
{
	struct cost costs[] = { *ours, *theirs };
	double our_part, their_part;
	char figure[64];

	compare(load, costs, theirs->args ? 2 : 1, size->pairs);
	show_percent(what, "<= 15 %", 15, &costs[0], size->pairs);
	snprintf(figure, sizeof(figure), "%s: %s", what, theirs->name);
	if (!theirs->args) {
		row_skipped(figure, "(yardstick)", "not installed");
		return;
	}
	show_percent(figure, "(yardstick)", 1e9, &costs[1], size->pairs);
	our_part = quantile(costs[0].ratios, size->pairs, 0.5) - 1;
	their_part = quantile(costs[1].ratios, size->pairs, 0.5) - 1;
	snprintf(figure, sizeof(figure), "%s, beside it", what);
	row(figure, "<= 1/3 of its", our_part <= their_part / 3, "%.2f of its",
	    our_part / their_part);
}

/*
 * A client and its server, by the clock; and both in one process by the CPU
 * time it takes, which others on the machine disturb less.
 */
int bench_connections(const struct bench_size *size)
{
	const struct peer *peer = peer_find("tcpstates");
	static struct cost ours = { .name = "porttrace", .args = conn_args };
	static struct cost theirs = { .name = "tcpstates" };

	theirs.args = peer ? peer->args : NULL;
	show_beside("connections", "pair", &ours, &theirs, size);
	show_beside("connections, CPU time", "connect-cpu", &ours, &theirs, size);
	return 0;
}

int bench_getppid(const struct bench_size *size)
{
	static struct cost costs[] = {
		{ .name = "porttrace", .args = watch_args },
		{ .name = "connects", .args = conn_args },
	};

	compare("getppid", costs, ARRAY_SIZE(costs), size->pairs);
	show("getppid loop", "<= 1.02 x", 1.02, &costs[0], size->pairs);
	show("getppid loop, connections told", "(no goal)", 1e9, &costs[1], size->pairs);
	return 0;
}

int bench_listen(const struct bench_size *size)
{
	static struct cost costs[] = {
		{ .name = "porttrace", .args = watch_args },
		{ .name = "floor" },
	};

	compare("listen", costs, ARRAY_SIZE(costs), size->pairs);
	show("listen/close loop", "<= 1.5 x", 1.5, &costs[0], size->pairs);
	show("listen/close loop, floor", "(yardstick)", 1e9, &costs[1], size->pairs);
	return 0;
}
