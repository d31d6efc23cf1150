// SPDX-License-Identifier: GPL-2.0-only
/* The table of benchmarks. `run` calls each in turn and makes one table of the answers. */
#include "bench.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(const struct bench_size *size);
	const char *does;
} benches[] = {
	{ "latency", bench_latency, "listen() to the line on a pipe, beside the floor's" },
	{ "alert", bench_alert, "listen() to the alert at 20,000 connections a second" },
	{ "wait", bench_wait, "listen() to the end of porttrace wait" },
	{ "flood", bench_flood, "opens lost at 10,000 listens/s beside 30,000 connections/s" },
	{ "tight", bench_tight, "opens lost while one process listens and closes in a tight loop" },
	{ "connect", bench_connect, "what a connection loop costs more" },
	{ "listen", bench_listen, "what a listen/close loop costs more, beside the floor's" },
	{ "getppid", bench_getppid, "what a system call costs more" },
	{ "connections", bench_connections,
	  "what connections cost more while they are told, beside tcpstates" },
	{ "connloss", bench_connloss, "connections lost at 20,000 a second, all events told" },
	{ "conncpu", bench_conncpu, "CPU time of the reader for 100,000 connections" },
	{ "connpids", bench_connpids, "events with the wrong process, while pids are reused" },
	{ "listing", bench_list, "one look at what is open, beside ss and lsof" },
	{ "start", bench_start, "start to streaming" },
	{ "journal", bench_journal, "CPU time of the reader for an event and its journal entry" },
	{ "memory", bench_memory, "resident memory with 10,000 open ports" },
	{ "service", bench_service, "memory and CPU time of watch with what a service has" },
	{ "policy", bench_policy, "a port judged by 10,000 rules" },
	{ "screen", bench_screen,
	  "the screen of top with 10,000 ports and 5,000 changes a second" },
	{ "top", bench_top, "the same of top as it is used, with its events from the kernel" },
	{ "stopped", bench_stopped, "a stopped reader, within the ring" },
	{ "overrun", bench_overrun, "a stopped reader, beyond the ring" },
};

static const struct bench_size size_full = {
	.pairs = 41,
	.samples = 500,
	.starts = 11,
	.flood_seconds = 60,
	.tight_seconds = 10,
	.stop_seconds = 10,
	.rounds = 5,
	.conns = 100000,
	.churn_pairs = 5000000,
	.idle_seconds = 30,
	.pid_conns = 1000000,
};

static const struct bench_size size_quick = {
	.pairs = 7,
	.samples = 100,
	.starts = 5,
	.flood_seconds = 5,
	.tight_seconds = 2,
	.stop_seconds = 2,
	.rounds = 3,
	.conns = 20000,
	.churn_pairs = 250000,
	.idle_seconds = 12,
	.pid_conns = 50000,
};

static int usage(FILE *to)
{
	size_t i;

	fputs("usage: bench NAME [--quick]\n       bench load KIND N...\n       bench list\n", to);
	for (i = 0; i < ARRAY_SIZE(benches); i++)
		fprintf(to, "  %-11s %s\n", benches[i].name, benches[i].does);
	return to == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	bool quick = argc > 2 && !strcmp(argv[2], "--quick");
	size_t i;

	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help"))
		return usage(stdout);
	if (!strcmp(argv[1], "load"))
		return bench_load(argc - 2, argv + 2);
	for (i = 0; i < ARRAY_SIZE(benches); i++) {
		if (!strcmp(argv[1], "list"))
			puts(benches[i].name);
		else if (!strcmp(argv[1], benches[i].name))
			return benches[i].run(quick ? &size_quick : &size_full);
	}
	return strcmp(argv[1], "list") ? usage(stderr) : 0;
}
