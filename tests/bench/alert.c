// SPDX-License-Identifier: GPL-2.0-only
/* From listen() to the line of the alert, in a flood of connections. */
#include "bench.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE 20000
#define FLOOD_PORT 9000
#define FIRST_PORT 20000
#define SAMPLES_MAX 2000
#define GAP_NS (2 * NS_PER_MS)
#define POLICY "/tmp/porttrace-bench.policy" /* root's, in a folder that is sticky */

static void write_policy(void)
{
	static const char text[] = "allow tcp/9000\n"
				   "alert:crit tcp/20000-39999 exe=/**\n"
				   "default ignore\n";
	FILE *file;

	unlink(POLICY);
	file = fopen(POLICY, "wxe");
	if (!file || fputs(text, file) < 0 || fclose(file) || chmod(POLICY, 0644))
		die(POLICY ": %s", strerror(errno));
}

static double sample_us(struct tracer *tracer, uint16_t port)
{
	int fd = bound_socket(loopback(port));
	uint64_t start = now_ns();
	double us;

	if (listen(fd, 128))
		die("listen: %s", strerror(errno));
	if (!tracer_finds(tracer, port, port, 5 * NS_PER_S))
		die("no line told of port %u", port);
	us = (double)(now_ns() - start) / 1000;
	close(fd);
	return us;
}

static unsigned int take_samples(struct tracer *tracer, double *us, unsigned int most,
				 uint64_t until_ns)
{
	unsigned int n = 0;

	while (n < most && now_ns() < until_ns) {
		us[n] = sample_us(tracer, (uint16_t)(FIRST_PORT + n));
		n++;
		sleep_until(now_ns() + GAP_NS);
	}
	return n;
}

static void run_flood(const char *name, const char *const *args, const struct bench_size *size)
{
	static double us[SAMPLES_MAX];
	uint64_t *connects = shared_memory(sizeof(*connects));
	uint64_t for_ns = size->flood_seconds * NS_PER_S;
	int listener = listen_on(loopback(FLOOD_PORT));
	struct tracer tracer;
	char figure[80];
	unsigned int n;
	pid_t flood;

	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	flood = fork_child();
	if (!flood) {
		*connects = flood_paced(listener, RATE, for_ns);
		_exit(0);
	}
	sleep_until(now_ns() + 100 * NS_PER_MS);
	n = take_samples(&tracer, us, size->samples, now_ns() + for_ns - NS_PER_S);
	reap(flood);
	close(listener);
	tracer_stop(&tracer);
	snprintf(figure, sizeof(figure), "listen() to alert, %s", name);
	row(figure, "median < 5 ms", n && quantile(us, n, 0.5) < 5000,
	    "%.3f ms, p99 %.3f ms (n=%u, %llu connections/s)", quantile(us, n, 0.5) / 1000,
	    quantile(us, n, 0.99) / 1000, n, (unsigned long long)(*connects / size->flood_seconds));
}

int bench_alert(const struct bench_size *size)
{
	static const char *const quiet[] = { "-j", "--policy", POLICY, NULL };
	static const char *const told[] = {
		"-j", "--policy", POLICY, "-e", "open,close,connect,accept,end", NULL
	};

	net_private();
	write_policy();
	run_flood("in a flood", quiet, size);
	run_flood("in a flood that is told", told, size);
	unlink(POLICY);
	return 0;
}
