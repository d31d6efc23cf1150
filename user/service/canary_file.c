// SPDX-License-Identifier: GPL-2.0-only
#include "service/canary_file.h"

#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE ((off_t)(CANARY_KEPT * sizeof(uint64_t)))

static bool is_roots(const struct stat *st, mode_t type)
{
	return (st->st_mode & S_IFMT) == type && !st->st_uid &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* The folder is the unit's RuntimeDirectory; without it we make it ourselves. */
static int open_folder(bool make)
{
	static const char folder[] = "/run/porttrace";
	struct stat st;
	int fd, err;

	if (make)
		mkdir(folder, 0755);
	fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : is_roots(&st, S_IFDIR) ? 0 : -EPERM;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* Never waits: what is there may be anything. */
static int open_in(bool ours)
{
	int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (ours ? O_RDWR | O_CREAT : O_RDONLY);
	int folder = open_folder(ours), fd, err;
	struct stat st;

	if (folder < 0)
		return folder;
	fd = openat(folder, "canary", flags, 0644);
	err = fd < 0 ? -errno : 0;
	close(folder);
	if (!err && fstat(fd, &st))
		err = -errno;
	if (!err && !is_roots(&st, S_IFREG))
		err = -EPERM;
	if (!err)
		return fd;
	if (fd >= 0)
		close(fd);
	return err;
}

int canary_file_open(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open_in(true), err = 0;

	if (fd < 0)
		return fd;
	if (fcntl(fd, F_SETLK, &lock))
		err = errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	else if (fchmod(fd, 0644) || ftruncate(fd, 0) || ftruncate(fd, SIZE))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int canary_file_put(int fd, uint64_t place, uint64_t cookie)
{
	ssize_t n = pwrite(fd, &cookie, sizeof(cookie), (off_t)(place * sizeof(cookie)));

	return n == sizeof(cookie) ? 0 : n < 0 ? -errno : -EIO;
}

/* systemd takes the folder away with the service, and makes another with the next. */
static bool is_there_yet(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_nlink;
}

/* How many cookies the file has now. */
static size_t read_kept(uint64_t kept[CANARY_KEPT])
{
	static int fd = -1;
	ssize_t n;

	if (fd >= 0 && !is_there_yet(fd)) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		fd = open_in(false);
	n = fd < 0 ? 0 : pread(fd, kept, CANARY_KEPT * sizeof(*kept), 0);
	return n < 0 ? 0 : (size_t)n / sizeof(*kept);
}

/*
 * A cookie is in the file before anything of its socket can be seen: what was read after
 * an event happened will do for it. So a burst costs two system calls for each pump, and
 * not for each event.
 */
static bool is_kept(uint64_t cookie, uint64_t time_ns)
{
	static uint64_t kept[CANARY_KEPT], read_ns;
	static size_t n;

	if (!time_ns || time_ns >= read_ns) {
		read_ns = boot_now_ns();
		n = read_kept(kept);
	}
	for (size_t i = 0; i < n; i++)
		if (kept[i] == cookie)
			return true;
	return false;
}

bool canary_of_a_service(const struct event *event)
{
	const struct socket_info *socket = &event->socket;

	switch (event->kind) {
	case EVENT_CONNECT: /* of these there may be very many, and none is of a canary */
	case EVENT_ACCEPT:
	case EVENT_END:
	case EVENT_LOST:
	case EVENT_MISSING:
		return false;
	default:
		return socket->cookie && endpoint_scope(&socket->local) == SCOPE_LOOPBACK &&
		       is_kept(socket->cookie, event->time_ns);
	}
}
