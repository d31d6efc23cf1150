// SPDX-License-Identifier: GPL-2.0-only
/* From listen() until `porttrace wait` is gone, as a script sees it. */
#include "bench.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SAMPLES_MAX 500
#define PORT 40100
#define READY_TIMEOUT_NS (20 * NS_PER_S)

/* proc_pid_syscall(5): the call a process sleeps in. */
static bool is_waiting(pid_t pid)
{
	char path[64];
	long call = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "re");
	if (file && fscanf(file, "%ld", &call) != 1)
		call = -1;
	if (file)
		fclose(file);
#ifdef SYS_epoll_wait
	if (call == SYS_epoll_wait)
		return true;
#endif
	return call == SYS_epoll_pwait;
}

static void await_waiting(pid_t pid)
{
	uint64_t end = now_ns() + READY_TIMEOUT_NS;

	while (!is_waiting(pid)) {
		if (now_ns() > end)
			die("porttrace wait does not come to wait");
		sleep_until(now_ns() + NS_PER_MS);
	}
	sleep_until(now_ns() + 10 * NS_PER_MS);
}

static double sample_us(void)
{
	char port[16], netns[16];
	const char *args[] = { "wait", port, "--netns", netns, NULL };
	struct tracer tracer;
	uint64_t start, end;
	int fd;

	snprintf(port, sizeof(port), "tcp/%d", PORT);
	snprintf(netns, sizeof(netns), "%u", net_inode());
	tracer_start(&tracer, args, OUT_PIPE);
	await_waiting(tracer.pid);
	fd = bound_socket(loopback(PORT));
	start = now_ns();
	if (listen(fd, 128))
		die("listen: %s", strerror(errno));
	tracer_reap(&tracer);
	end = now_ns();
	close(fd);
	return (double)(end - start) / 1000;
}

int bench_wait(const struct bench_size *size)
{
	static double us[SAMPLES_MAX];
	unsigned int i, samples = size->samples / 5;
	double median;

	net_private();
	for (i = 0; i < samples; i++)
		us[i] = sample_us();
	median = quantile(us, samples, 0.5);
	row("listen() to the end of wait", "median <= 2 ms", median <= 2000,
	    "%.2f ms (p99 %.2f, n=%u)", median / 1000, quantile(us, samples, 0.99) / 1000, samples);
	return 0;
}
