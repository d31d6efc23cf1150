// SPDX-License-Identifier: GPL-2.0-only
/* What a tracer tells of itself: its memory, its CPU time, its statistics. */
#include "bench.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A field of /proc/PID/status in KiB, such as "VmRSS:". */
uint64_t tracer_status_kib(const struct tracer *tracer, const char *field)
{
	char path[64], line[256];
	uint64_t value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tracer->pid);
	file = fopen(path, "re");
	if (!file)
		die("the tracer is gone");
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			value = strtoull(line + strlen(field), NULL, 10);
	fclose(file);
	return value;
}

#define STAT_STATE 3 /* proc(5): the field behind the name */
#define STAT_UTIME 14
#define STAT_STIME 15

/* user and system time, of all its threads */
double tracer_cpu_ms(const struct tracer *tracer)
{
	char path[64], text[1024] = "", *at;
	unsigned long ticks = 0;
	int field, fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", tracer->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die("the tracer is gone");
	close(fd);
	at = strrchr(text, ')');
	for (field = STAT_STATE; at && field <= STAT_STIME; field++) {
		at = strchr(at + 1, ' ');
		if (at && field >= STAT_UTIME)
			ticks += strtoul(at + 1, NULL, 10);
	}
	return (double)ticks * 1000.0 / (double)sysconf(_SC_CLK_TCK);
}

/* NAME=NUMBER in the line that begins at `line`. */
static bool read_count(const char *line, const char *name, uint64_t *ret_count)
{
	const char *at = strstr(line, name), *newline = strchr(line, '\n');
	char *end;

	if (!at || (newline && at > newline))
		return false;
	at += strlen(name);
	*ret_count = strtoull(at, &end, 10);
	return end != at;
}

static bool read_kind(const char *text, const char *kind, struct kind_stats *stats)
{
	char key[64];
	const char *line;

	snprintf(key, sizeof(key), "stats: kind=%s ", kind);
	line = strstr(text, key);
	return line && read_count(line, " produced=", &stats->produced) &&
	       read_count(line, " delivered=", &stats->delivered) &&
	       read_count(line, " lost=", &stats->lost);
}

void tracer_read_stats(const struct tracer *tracer, struct tracer_stats *ret_stats)
{
	struct {
		const char *name;
		struct kind_stats *stats;
	} kinds[] = {
		{ "task", &ret_stats->task },     { "open", &ret_stats->open },
		{ "close", &ret_stats->close },   { "change", &ret_stats->change },
		{ "bind", &ret_stats->bind },     { "connect", &ret_stats->connect },
		{ "accept", &ret_stats->accept }, { "end", &ret_stats->end },
		{ "fail", &ret_stats->fail },     { "state", &ret_stats->state },
	};
	char text[16384];
	ssize_t len = pread(tracer->err, text, sizeof(text) - 1, 0);
	size_t i;

	memset(ret_stats, 0, sizeof(*ret_stats));
	text[len > 0 ? len : 0] = '\0';
	ret_stats->complete = true;
	ret_stats->balanced = true;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind_stats *stats = kinds[i].stats;

		ret_stats->complete &= read_kind(text, kinds[i].name, kinds[i].stats);
		ret_stats->balanced &= stats->produced == stats->delivered + stats->lost;
		say("  stats %-6s produced %llu delivered %llu lost %llu", kinds[i].name,
		    (unsigned long long)stats->produced, (unsigned long long)stats->delivered,
		    (unsigned long long)stats->lost);
	}
}
