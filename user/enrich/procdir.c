// SPDX-License-Identifier: GPL-2.0-only
#include "enrich/procdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void procdir_read(int dir, const char *name, struct buf *out, size_t max)
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
bool procdir_is(int dir, uint64_t start_ns)
{
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
	struct buf stat = { 0 };
	bool same = false;
	char *at;

	procdir_read(dir, "stat", &stat, 4096);
	buf_putc(&stat, '\0');
	at = stat.failed ? NULL : strrchr(stat.data, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		same = strtoull(at, NULL, 10) == start_ns / tick_ns;
	buf_free(&stat);
	return same;
}

int procdir_open(uint32_t tgid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u", tgid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int procdir_open_same(uint32_t tgid, uint64_t start_ns)
{
	int dir = procdir_open(tgid);

	if (dir < 0 || procdir_is(dir, start_ns))
		return dir;
	close(dir);
	return -1;
}
