// SPDX-License-Identifier: GPL-2.0-only
/* From listen() to the line on a pipe. */
#include "bench.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 5
#define SAMPLES_MAX 2000
#define FIRST_PORT 40000
#define QUIET_NS (2 * NS_PER_MS)

struct contestant {
	const char *name;
	const char *const *args; /* NULL: the floor */
	double *us;
	unsigned int count;
};

static double sample_us(struct tracer *tracer, uint16_t port)
{
	int fd = bound_socket(loopback(port));
	uint64_t start, end;

	start = now_ns();
	if (listen(fd, 128))
		die("listen: %s", strerror(errno));
	if (!tracer_finds(tracer, port, port, 5 * NS_PER_S))
		die("no line told of port %u", port);
	end = now_ns();
	close(fd);
	tracer_drain(tracer, QUIET_NS);
	return (double)(end - start) / 1000;
}

/*
 * The tracer has its place: beside us on the same CPU, or apart. Left to the
 * scheduler, the same program takes 45 us in one run and 75 in the next.
 */
static void one_round(struct contestant *contestant, int cpu, unsigned int samples)
{
	struct tracer tracer;
	unsigned int i;

	tracer_start(&tracer, contestant->args, OUT_PIPE);
	tracer_streams(&tracer);
	pin_process(tracer.pid, cpu);
	tracer_drain(&tracer, 10 * QUIET_NS);
	for (i = 0; i < samples; i++) {
		uint16_t port = (uint16_t)(FIRST_PORT + contestant->count % 10000);

		contestant->us[contestant->count++] = sample_us(&tracer, port);
	}
	tracer_stop(&tracer);
}

static void report(struct contestant *contestant, double floor_us, const char *place)
{
	double median = quantile(contestant->us, contestant->count, 0.5);
	double p99 = quantile(contestant->us, contestant->count, 0.99);
	double ratio = median / floor_us;
	char figure[64];

	say("%s, %s: median %.1f us, p99 %.1f us, %.2f x floor (n=%u)", contestant->name, place,
	    median, p99, ratio, contestant->count);
	if (!contestant->args)
		return;
	snprintf(figure, sizeof(figure), "listen() to line, %s, %s", contestant->name, place);
	row(figure, "median <= 1.2 x floor", ratio <= 1.2, "%.2f (%.1f us, floor %.1f us)", ratio,
	    median, floor_us);
	row(figure, "p99 <= 1 ms", p99 <= 1000, "%.0f us", p99);
}

static void compare(const char *place, int cpu, unsigned int samples)
{
	static const char *const table[] = { "--no-existing", NULL };
	static const char *const json[] = { "-j", "--no-existing", NULL };
	static double us[3][SAMPLES_MAX];
	struct contestant contestants[] = {
		{ "floor", NULL, us[0], 0 },
		{ "table", table, us[1], 0 },
		{ "json", json, us[2], 0 },
	};
	size_t i, count = ARRAY_SIZE(contestants);
	unsigned int round;
	double floor_us;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < count; i++)
			one_round(&contestants[(i + round) % count], cpu, samples / ROUNDS);
	floor_us = quantile(contestants[0].us, contestants[0].count, 0.5);
	for (i = 0; i < count; i++)
		report(&contestants[i], floor_us, place);
}

int bench_latency(const struct bench_size *size)
{
	struct spinners spinners;
	int cpu = last_cpu();

	net_private();
	pin_to(cpu);
	spinners_start(&spinners);
	compare("same CPU", cpu, size->samples);
	if (cpu)
		compare("other CPU", 0, size->samples);
	spinners_stop(&spinners);
	return 0;
}
