// SPDX-License-Identifier: GPL-2.0-only
/* What /proc still knows of a process the kernel side told us of. */
#include "enrich/enrich.h"

#include "base/buf.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGS_MAX ((size_t)64 * 1024)
#define DELETED " (deleted)"

static int open_pid(uint32_t tgid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u", tgid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* At most max bytes of a file of the process. Empty: not readable. */
static void slurp(int dir, const char *name, struct buf *out, size_t max)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && out->len < max) {
		size_t room = max - out->len < 4096 ? max - out->len : 4096;
		char *to = buf_reserve(out, room);

		n = to ? read(fd, to, room) : 0;
		if (n > 0)
			out->len += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
}

/*
 * Field 22 of /proc/PID/stat counts clock ticks since boot (proc(5)); the name
 * in field 2 may hold anything, so the count starts behind its last ')'.
 */
static bool same_start(int dir, uint64_t start_ns)
{
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
	struct buf stat = { 0 };
	bool same = false;
	char *at;

	slurp(dir, "stat", &stat, 4096);
	buf_putc(&stat, '\0');
	at = stat.failed ? NULL : strrchr(stat.data, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		same = strtoull(at, NULL, 10) == start_ns / tick_ns;
	buf_free(&stat);
	return same;
}

static void read_args(int dir, struct process *process)
{
	struct buf args = { 0 };

	slurp(dir, "cmdline", &args, ARGS_MAX);
	if (args.failed || !args.len || (process->args && args.len <= process->args_len)) {
		buf_free(&args);
		return;
	}
	free(process->args);
	process->args = args.data;
	process->args_len = args.len;
	process->args_truncated = args.len == ARGS_MAX;
}

static void read_exe(int dir, struct process *process)
{
	char path[PATH_MAX + sizeof(DELETED)];
	ssize_t n = readlinkat(dir, "exe", path, sizeof(path) - 1);
	size_t tail = strlen(DELETED);
	char *copy;

	if (n <= 0)
		return;
	path[n] = '\0';
	if ((size_t)n > tail && !strcmp(path + n - tail, DELETED)) {
		path[(size_t)n - tail] = '\0';
		process->deleted = true;
	}
	copy = strdup(path);
	if (!copy)
		return;
	free(process->exe);
	process->exe = copy;
	process->exe_truncated = false;
}

void enrich_process(struct process *process)
{
	bool want_args = !process->args || process->args_truncated;
	bool want_exe = !process->exe || process->exe_truncated;
	int dir;

	if (process->proc_asked || process->kthread || !(want_args || want_exe))
		return;
	process->proc_asked = true;
	dir = open_pid(process->tgid);
	if (dir < 0)
		return;
	/*
	 * The descriptor is of this process alone: once it ends, reads fail, and
	 * never show another with the same number. So one comparison is enough.
	 */
	if (same_start(dir, process->start_ns)) {
		if (want_args)
			read_args(dir, process);
		if (want_exe)
			read_exe(dir, process);
	}
	process_changed(process);
	close(dir);
}
