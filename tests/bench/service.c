// SPDX-License-Identifier: GPL-2.0-only
/* What watch costs for months: memory that stays as it is, and next to no time when nothing happens. */
#include "bench.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTS 10000
#define STEPS 10
#define QUIET_NS (300 * NS_PER_MS)
/* Then the reader is waited for: what is lost would be found by reading all tables, for a while twice. */
#define PAUSE_PAIRS 4000
/* From the first step to the last: pages of libraries come and go. */
#define FLAT_KIB 256.0

static char folder[] = "/tmp/porttrace-bench-XXXXXX";
static char policy[64], metrics[64];

static const char policy_text[] = "allow tcp/1-60999 on=loopback exe=/usr/sbin/nginx user=root\n"
				  "allow tcp/* on=loopback\n"
				  "default alert:warning\n";

static void make_folder(void)
{
	FILE *file;

	if (!mkdtemp(folder))
		die("mkdtemp: %s", strerror(errno));
	snprintf(policy, sizeof(policy), "%s/policy", folder);
	snprintf(metrics, sizeof(metrics), "%s/x.prom", folder);
	file = fopen(policy, "we");
	if (!file || fputs(policy_text, file) < 0 || fclose(file))
		die("%s: %s", policy, strerror(errno));
}

static void remove_folder(void)
{
	static const char *const names[] = { "policy", "x.prom", "state", "lock" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* Of what follows only the probes are printed; all of it is judged, counted and kept. */
static void start(struct tracer *tracer)
{
	const char *const args[] = { "-j",        "--no-existing", "--state",  folder,
				     "--metrics", metrics,         "--policy", policy,
				     "-P",        "61000-64999",   NULL };

	tracer_start(tracer, args, OUT_PIPE);
	tracer_streams(tracer);
	tracer_drain(tracer, QUIET_NS);
}

static double rss_kib(const struct tracer *tracer)
{
	return (double)tracer_status_kib(tracer, "VmRSS:");
}

static void churn(struct tracer *tracer, uint64_t pairs)
{
	while (pairs) {
		uint64_t n = pairs < PAUSE_PAIRS ? pairs : PAUSE_PAIRS;

		listen_count(n);
		tracer_streams(tracer);
		tracer_drain(tracer,
			     5 * NS_PER_MS); /* lines of the probes are no answer to the next */
		pairs -= n;
	}
}

/* By least squares, over the steps behind the first: caches are full by then. */
static double slope(const double *kib, double events_per_step)
{
	double n = STEPS, sx = 0, sy = 0, sxx = 0, sxy = 0;

	for (int i = 1; i <= STEPS; i++) {
		double x = i * events_per_step / 1e6;

		sx += x;
		sy += kib[i];
		sxx += x * x;
		sxy += x * kib[i];
	}
	return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

static void measure_churn(struct tracer *tracer, uint64_t pairs)
{
	double kib[STEPS + 1] = { rss_kib(tracer) }, per_million;

	for (int i = 1; i <= STEPS; i++) {
		churn(tracer, pairs / STEPS);
		tracer_drain(tracer, QUIET_NS);
		kib[i] = rss_kib(tracer);
		say("  %5.2f M events: %.0f KiB", (double)pairs * 2 * i / STEPS / 1e6, kib[i]);
	}
	per_million = slope(kib, (double)pairs * 2 / STEPS);
	row("memory as a service, over its events", "flat", kib[STEPS] - kib[1] < FLAT_KIB,
	    "%.1f to %.1f MiB over %.1f million, %+.1f KiB a million", kib[1] / 1024,
	    kib[STEPS] / 1024, (double)pairs * 2 / 1e6, per_million);
}

static void measure_idle(struct tracer *tracer, unsigned int seconds)
{
	double before = tracer_cpu_ms(tracer), percent;

	tracer_drain(tracer, QUIET_NS);
	sleep_until(now_ns() + seconds * NS_PER_S);
	percent = (tracer_cpu_ms(tracer) - before) / (seconds * 10.0);
	row("CPU as a service, idle", "<= 0.5 %", percent <= 0.5, "%.3f %% of one over %u s",
	    percent, seconds);
}

int bench_service(const struct bench_size *size)
{
	struct keepers keepers;
	struct tracer tracer;
	double mib;

	net_private();
	make_folder();
	keepers_open(&keepers, 0, PORTS, 0);
	start(&tracer);
	mib = rss_kib(&tracer) / 1024;
	row("memory as a service, 10,000 ports", "<= 16 MiB", mib <= 16, "%.1f MiB (anon %.1f)",
	    mib, (double)tracer_status_kib(&tracer, "RssAnon:") / 1024);
	measure_idle(&tracer, size->idle_seconds);
	measure_churn(&tracer, size->churn_pairs);
	tracer_stop(&tracer);
	keepers_close(&keepers);
	remove_folder();
	return 0;
}
