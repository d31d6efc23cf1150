/* SPDX-License-Identifier: GPL-2.0-only */
/* This process, as the kernel side would tell of it. */
#ifndef UNIT_MYSELF_H
#define UNIT_MYSELF_H

#include "unit.h"

#include "enrich/enrich.h"

static inline uint64_t tick_ns(void)
{
	return 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* This process, as the kernel side would name it: it started within a tick of field 22. */
static inline struct process myself(void)
{
	struct process process = { .tgid = (uint32_t)getpid(), .refs = 1 };
	char stat[1024] = "", *at;
	FILE *file = fopen("/proc/self/stat", "r");

	assert_non_null(file);
	assert_true(fread(stat, 1, sizeof(stat) - 1, file) > 0);
	fclose(file);
	at = strrchr(stat, ')');
	assert_non_null(at);
	for (int field = 2; field < 22; field++)
		at = strchr(at + 1, ' ');
	process.start_ns = strtoull(at, NULL, 10) * tick_ns() + tick_ns() / 2;
	return process;
}

static inline void release(struct process *process)
{
	free(process->exe);
	free(process->args);
	free(process->cgroup_path);
	free(process->place);
}

#endif
