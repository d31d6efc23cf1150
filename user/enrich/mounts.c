// SPDX-License-Identifier: GPL-2.0-only
#include "enrich/mounts.h"

#include "base/whole.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

void mounts_init(struct mounts *mounts, int fd)
{
	*mounts = (struct mounts){ .fd = fd };
}

static void clear(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->n; i++) {
		free(mounts->rows[i].root);
		free(mounts->rows[i].point);
	}
	mounts->n = 0;
	mounts->n_fuse = 0;
}

void mounts_free(struct mounts *mounts)
{
	clear(mounts);
	free(mounts->rows);
	if (mounts->fd >= 0)
		close(mounts->fd);
	mounts_init(mounts, -1);
}

static bool is_octal(const char *digits)
{
	for (int i = 0; i < 3; i++)
		if (digits[i] < '0' || digits[i] > '7')
			return false;
	return true;
}

/* fs/proc_namespace.c show_mountinfo(): blanks, ends of lines and backslashes are \NNN. */
static char *unescaped(const char *text)
{
	char *copy = strdup(text), *to = copy;

	for (const char *from = copy; from && *from; from++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	if (to)
		*to = '\0';
	return copy;
}

static struct mount_row *add(struct mounts *mounts)
{
	if (mounts->n == mounts->cap) {
		size_t cap = mounts->cap ? mounts->cap * 2 : 64;
		struct mount_row *rows = reallocarray(mounts->rows, cap, sizeof(*rows));

		if (!rows)
			return NULL;
		mounts->rows = rows;
		mounts->cap = cap;
	}
	return memset(&mounts->rows[mounts->n], 0, sizeof(*mounts->rows));
}

static bool is_fuse(const char *type)
{
	return !strcmp(type, "fuse") || !strncmp(type, "fuse.", 5);
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": what is no such line is left out. */
static int parse_line(struct mounts *mounts, char *line)
{
	char *words[5], *rest = line, *type, *colon;
	struct mount_row *row;

	for (int i = 0; i < 5; i++) {
		words[i] = strsep(&rest, " ");
		if (!words[i])
			return 0;
	}
	type = rest ? strstr(rest, " - ") : NULL;
	colon = strchr(words[2], ':');
	if (!type || !colon)
		return 0;
	type += 3;
	type[strcspn(type, " ")] = '\0';
	row = add(mounts);
	if (!row)
		return -ENOMEM;
	row->id = strtoull(words[0], NULL, 10);
	row->dev = (uint32_t)strtoul(words[2], NULL, 10) << MOUNT_MINOR_BITS |
		   (uint32_t)strtoul(colon + 1, NULL, 10);
	row->root = unescaped(words[3]);
	row->point = unescaped(words[4]);
	row->fuse = is_fuse(type);
	mounts->n++;
	mounts->n_fuse += row->fuse;
	return row->root && row->point ? 0 : -ENOMEM;
}

int mounts_parse(struct mounts *mounts, char *text)
{
	char *line;
	int err = 0;

	clear(mounts);
	while (!err && (line = strsep(&text, "\n")))
		err = parse_line(mounts, line);
	if (err)
		clear(mounts);
	return err;
}

/* mounts_poll() of fs/proc_namespace.c: POLLERR once for each time that something was mounted. */
static bool has_changed(const struct mounts *mounts)
{
	struct pollfd fd = { .fd = mounts->fd, .events = POLLPRI };

	return poll(&fd, 1, 0) != 0;
}

int mounts_refresh(struct mounts *mounts)
{
	struct buf text = { 0 };
	int err;

	if (mounts->fd < 0)
		return -EBADF;
	if (!has_changed(mounts) && mounts->fresh)
		return 0;
	mounts->fresh = false;
	err = lseek(mounts->fd, 0, SEEK_SET) ? -errno : read_whole(mounts->fd, SIZE_MAX, &text);
	buf_putc(&text, '\0');
	if (!err)
		err = text.failed ? -ENOMEM : 0;
	if (!err)
		err = mounts_parse(mounts, text.data);
	buf_free(&text);
	mounts->fresh = !err;
	return err;
}

const struct mount_row *mounts_find(const struct mounts *mounts, uint64_t id)
{
	for (size_t i = 0; i < mounts->n; i++)
		if (mounts->rows[i].id == id)
			return &mounts->rows[i];
	return NULL;
}

/* The root itself is no detour: whoever answers for it answers for all. */
static bool leads_through(const char *path, const char *point)
{
	size_t n = strlen(point);

	if (n == 1)
		return false;
	return !strncmp(path, point, n) && (path[n] == '/' || !path[n]);
}

bool mounts_crosses_fuse(const struct mounts *mounts, const char *path)
{
	for (size_t i = 0; mounts->n_fuse && i < mounts->n; i++)
		if (mounts->rows[i].fuse && leads_through(path, mounts->rows[i].point))
			return true;
	return false;
}
