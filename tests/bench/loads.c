// SPDX-License-Identifier: GPL-2.0-only
/* What is traced while it is measured, or measured while it is traced. */
#include "bench.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS NS_PER_MS
#define CLOCK_EVERY 16 /* operations between two looks at the clock */
#define LOAD_PORT 9000
#define SLICE_NS (10 * NS_PER_MS)
#define SLICES_MAX 100

static void op_connect(int listener)
{
	connect_to(listener, loopback(LOAD_PORT));
}

/* The client of serve(): waits for the server's close, as a client of a short answer does. */
static void op_pair(int listener)
{
	struct sockaddr_in addr = loopback(LOAD_PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char byte;

	(void)listener;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		die("connect: %s", strerror(errno));
	if (read(fd, &byte, 1) != 0)
		die("read: %s", strerror(errno));
	close(fd);
}

static _Noreturn void serve(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		close(fd);
	}
}

static void op_listen(int listener)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)listener;
	if (listen(fd, 128))
		die("listen: %s", strerror(errno));
	close(fd);
}

static void op_bindlisten(int listener)
{
	(void)listener;
	close(listen_on(loopback(LOAD_PORT + 1)));
}

#define GETPPID_BATCH 64

static void op_getppid(int listener)
{
	int i;

	(void)listener;
	for (i = 0; i < GETPPID_BATCH; i++)
		syscall(SYS_getppid);
}

/*
 * What makes no event costs the same in each slice: the calm slices tell it,
 * and a busy machine falls out. What does make events also pays for a reader
 * that runs beside it, now and then: there the median.
 */
#define CALM 0.1
#define MEDIAN 0.5

static const struct load loads[] = {
	{ "connect", 1, false, CLOCK_MONOTONIC, CALM, op_connect },
	{ "connect-cpu", 1, false, CLOCK_PROCESS_CPUTIME_ID, MEDIAN, op_connect },
	{ "pair", 1, true, CLOCK_MONOTONIC, MEDIAN, op_pair },
	{ "listen", 1, false, CLOCK_MONOTONIC, MEDIAN, op_listen },
	{ "bindlisten", 1, false, CLOCK_MONOTONIC, MEDIAN, op_bindlisten },
	{ "getppid", GETPPID_BATCH, false, CLOCK_MONOTONIC, CALM, op_getppid },
};

const struct load *load_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(loads); i++)
		if (!strcmp(loads[i].name, name))
			return &loads[i];
	return NULL;
}

static uint64_t load_clock_ns(const struct load *load)
{
	struct timespec now;

	clock_gettime(load->clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static double slice_ns_per_op(const struct load *load, int listener)
{
	uint64_t start = load_clock_ns(load), now = start, ops = 0;
	int i;

	while (now - start < SLICE_NS) {
		for (i = 0; i < CLOCK_EVERY; i++)
			load->op(listener);
		ops += (uint64_t)load->batch * CLOCK_EVERY;
		now = load_clock_ns(load);
	}
	return (double)(now - start) / (double)ops;
}

static pid_t server_start(const struct load *load, int listener)
{
	pid_t pid = load->served ? fork_child() : -1;

	if (!pid)
		serve(listener);
	return pid;
}

static void server_stop(pid_t pid)
{
	if (pid < 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

double load_ns_per_op(const struct load *load, unsigned int slices)
{
	int listener = listen_on(loopback(LOAD_PORT));
	pid_t server = server_start(load, listener);
	double ns[SLICES_MAX];
	unsigned int i;

	for (i = 0; i < slices && i < SLICES_MAX; i++)
		ns[i] = slice_ns_per_op(load, listener);
	server_stop(server);
	close(listener);
	return quantile(ns, i, load->part);
}

static double load_ns_counted(const struct load *load, uint64_t count)
{
	int listener = listen_on(loopback(LOAD_PORT));
	pid_t server = server_start(load, listener);
	uint64_t start = now_ns(), ops;

	for (ops = 0; ops < count; ops += load->batch)
		load->op(listener);
	server_stop(server);
	close(listener);
	return (double)(now_ns() - start) / (double)ops;
}

/* Operations due by now at this rate, or just a batch where there is no rate. */
static uint64_t due(uint64_t rate, uint64_t start, uint64_t done)
{
	uint64_t elapsed_us = (now_ns() - start) / 1000;

	return rate ? (elapsed_us + 1000) * rate / 1000000 : done + CLOCK_EVERY;
}

static uint64_t paced(void (*op)(int), int listener, uint64_t rate, uint64_t for_ns)
{
	uint64_t start = now_ns(), tick = start, done = 0;

	while (now_ns() - start < for_ns) {
		uint64_t goal = due(rate, start, done);

		for (; done < goal && now_ns() - start < for_ns; done++)
			op(listener);
		tick += TICK_NS;
		if (rate)
			sleep_until(tick);
	}
	return done;
}

uint64_t listen_paced(uint64_t rate, uint64_t for_ns)
{
	return paced(op_listen, -1, rate, for_ns);
}

uint64_t listen_count(uint64_t count)
{
	uint64_t done;

	for (done = 0; done < count; done++)
		op_listen(-1);
	return done;
}

void connect_count(uint64_t count)
{
	load_ns_counted(load_find("connect"), count);
}

uint64_t flood_paced(int listener, uint64_t rate, uint64_t for_ns)
{
	return paced(op_connect, listener, rate, for_ns);
}

void keep_paced(unsigned int first, unsigned int count, uint64_t rate)
{
	uint64_t start = now_ns(), tick = start;
	unsigned int done = 0;

	while (done < count) {
		uint64_t goal = due(rate, start, done);

		for (; done < goal && done < count; done++)
			listen_on(keeper_address(first + done));
		tick += TICK_NS;
		if (rate)
			sleep_until(tick);
	}
}

static void hold(unsigned int count)
{
	char buffer[64];

	raise_nofile(count + 64);
	keep_paced(0, count, 0);
	say("holding %u listeners until stdin ends", count);
	while (read(STDIN_FILENO, buffer, sizeof(buffer)) > 0)
		;
}

static const char load_usage[] = "load connect|pair|listen|bindlisten|getppid N\n"
				 "load listen-rate|flood RATE SECONDS\n"
				 "load listen-tight SECONDS\n"
				 "load hold N";

static int load_for_seconds(const char *name, uint64_t rate, uint64_t seconds)
{
	int listener = listen_on(loopback(LOAD_PORT));
	uint64_t for_ns = seconds * NS_PER_S, start = now_ns(), did;

	did = strcmp(name, "flood") ? listen_paced(rate, for_ns) :
				      flood_paced(listener, rate, for_ns);
	say("%s: %llu in %.1f s", name, (unsigned long long)did,
	    (double)(now_ns() - start) / (double)NS_PER_S);
	return 0;
}

int bench_load(int argc, char **argv)
{
	const struct load *load;

	if (argc < 2)
		die("usage: %s", load_usage);
	net_private();
	pin_to(last_cpu());
	load = load_find(argv[0]);
	if (load) {
		say("%s: %.1f ns", load->name, load_ns_counted(load, number(argv[1], 100000000)));
		return 0;
	}
	if (!strcmp(argv[0], "hold")) {
		hold((unsigned int)number(argv[1], 500000));
		return 0;
	}
	if (!strcmp(argv[0], "listen-tight"))
		return load_for_seconds(argv[0], 0, number(argv[1], 600));
	if (argc < 3 || (strcmp(argv[0], "listen-rate") && strcmp(argv[0], "flood")))
		die("usage: %s", load_usage);
	return load_for_seconds(argv[0], number(argv[1], 1000000), number(argv[2], 600));
}
