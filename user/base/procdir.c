// SPDX-License-Identifier: GPL-2.0-only
#include "base/procdir.h"

#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void procdir_read(int dir, const char *name, struct buf *out, size_t max)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	read_whole(fd, max, out);
	close(fd);
}

/* Field n, counted from the ')' that ends field 2. */
static uint64_t stat_field(const char *name_end, unsigned int n)
{
	const char *at = name_end;

	for (unsigned int field = 2; at && field < n; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* The name in field 2 may hold anything, so the others are counted behind its last ')'. */
static int parse_stat(const char *text, struct procdir_stat *out)
{
	const char *open = strchr(text, '('), *end = strrchr(text, ')');
	size_t len;

	if (!open || !end || end < open)
		return -EBADMSG;
	len = (size_t)(end - open - 1);
	*out = (struct procdir_stat){ .ppid = (uint32_t)stat_field(end, 4),
				      .flags = (uint32_t)stat_field(end, 9),
				      .start_ticks = stat_field(end, 22) };
	memcpy(out->comm, open + 1, len < sizeof(out->comm) ? len : sizeof(out->comm) - 1);
	return 0;
}

int procdir_stat(int dir, struct procdir_stat *out)
{
	struct buf text = { 0 };
	int err = -ESRCH;

	procdir_read(dir, "stat", &text, 4096);
	buf_putc(&text, '\0');
	if (!text.failed && text.len > 1)
		err = parse_stat(text.data, out);
	buf_free(&text);
	return err;
}

uint64_t procdir_tick_ns(void)
{
	return 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
}

bool procdir_is(int dir, uint64_t start_ns)
{
	struct procdir_stat stat;

	return !procdir_stat(dir, &stat) && stat.start_ticks == start_ns / procdir_tick_ns();
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

#define DELETED " (deleted)"

/* Whether that is the path of what the link leads to, to the letter. */
static bool leads_to(int dir, const char *name, const char *path)
{
	struct stat end, there;

	return !fstatat(dir, name, &end, 0) && !stat(path, &there) && end.st_ino == there.st_ino &&
	       end.st_dev == there.st_dev;
}

ssize_t procdir_link(int dir, const char *name, char *to, size_t size, bool *deleted)
{
	ssize_t n = readlinkat(dir, name, to, size - 1);
	size_t tail = strlen(DELETED), len = n > 0 ? (size_t)n : 0;

	to[len] = '\0';
	*deleted = len > tail && !strcmp(to + len - tail, DELETED) && !leads_to(dir, name, to);
	if (*deleted)
		to[len - tail] = '\0';
	return n;
}
