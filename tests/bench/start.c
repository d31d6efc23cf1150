// SPDX-License-Identifier: GPL-2.0-only
/* How soon it streams, and how much memory it holds. */
#include "bench.h"

#define STARTS_MAX 100
#define PORTS 10000
#define PORTS_TIMEOUT_NS (20 * NS_PER_S)

static double start_to_stream_ms(void)
{
	static const char *const args[] = { "-j", NULL };
	struct tracer tracer;
	uint64_t streams;

	tracer_start(&tracer, args, OUT_PIPE);
	streams = tracer_streams(&tracer);
	tracer_stop(&tracer);
	return (double)(streams - tracer.started_ns) / (double)NS_PER_MS;
}

static double start_to_exit_ms(void)
{
	static const char *const args[] = { "-j", "--for", "0s", NULL };
	struct tracer tracer;
	char *line;

	tracer_start(&tracer, args, OUT_PIPE);
	while (tracer_line(&tracer, &line, PORTS_TIMEOUT_NS) == LINE_READ)
		;
	tracer_reap(&tracer);
	return (double)(now_ns() - tracer.started_ns) / (double)NS_PER_MS;
}

int bench_start(const struct bench_size *size)
{
	double stream[STARTS_MAX], whole[STARTS_MAX], median;
	unsigned int i;

	net_private();
	for (i = 0; i < size->starts; i++) {
		stream[i] = start_to_stream_ms();
		whole[i] = start_to_exit_ms();
	}
	median = quantile(stream, size->starts, 0.5);
	row("start to the first streamed line", "<= 100 ms", median <= 100,
	    "%.0f ms (%.0f to %.0f)", median, stream[0], stream[size->starts - 1]);
	median = quantile(whole, size->starts, 0.5);
	row("start to end with --for 0s", "<= 100 ms", median <= 100, "%.0f ms (%.0f to %.0f)",
	    median, whole[0], whole[size->starts - 1]);
	return 0;
}

static void report_memory(const struct tracer *tracer, const char *figure)
{
	double rss = (double)tracer_status_kib(tracer, "VmRSS:") / 1024;

	row(figure, "<= 16 MiB", rss <= 16, "%.1f MiB (anon %.1f, file %.1f; peak %.1f)", rss,
	    (double)tracer_status_kib(tracer, "RssAnon:") / 1024,
	    (double)tracer_status_kib(tracer, "RssFile:") / 1024,
	    (double)tracer_status_kib(tracer, "VmHWM:") / 1024);
}

static void memory_existing(void)
{
	static const char *const args[] = { "-j", NULL };
	struct keepers keepers;
	struct tracer tracer;

	keepers_open(&keepers, 0, PORTS, 0);
	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	tracer_drain(&tracer,
		     300 * NS_PER_MS); /* what the start alone needed goes back behind it */
	report_memory(&tracer, "memory, 10,000 ports at start");
	tracer_stop(&tracer);
	keepers_close(&keepers);
}

static void memory_opened(void)
{
	static const char *const args[] = { "-j", "--no-existing", NULL };
	static unsigned char told[PORTS];
	struct tally tally = { .netns = net_inode(), .keeper_told = told, .keepers = PORTS };
	struct keepers keepers;
	struct tracer tracer;
	uint64_t deadline;

	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	keepers_open(&keepers, 0, PORTS, 0);
	deadline = now_ns() + PORTS_TIMEOUT_NS;
	while (tally.keepers_told < PORTS && now_ns() < deadline)
		tally_lines(&tracer, &tally, 10 * NS_PER_MS);
	if (tally.keepers_told < PORTS)
		die("%u of %u ports were told", tally.keepers_told, PORTS);
	report_memory(&tracer, "memory, 10,000 opened later");
	tracer_stop(&tracer);
	keepers_close(&keepers);
}

int bench_memory(const struct bench_size *size)
{
	(void)size;
	net_private();
	memory_existing();
	memory_opened();
	return 0;
}
