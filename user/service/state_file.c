// SPDX-License-Identifier: GPL-2.0-only
#include "service/state_file.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/replace.h"
#include "base/whole.h"
#include "service/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
#define WRITE_GAP_NS NSEC_PER_SEC
#define WRITE_SHARE 50
/* A disk that is full may be so for long. */
#define FAILED_GAP_NS (10 * NSEC_PER_SEC)

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

/* 0 or -errno. */
static int read_boot_id(struct state_file *file)
{
	int fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, file->boot_id, BOOT_ID_LEN);
	int err = n < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return n == BOOT_ID_LEN || err ? err : -EIO;
}

/*
 * A lock of fcntl(2): it goes with the process, however that ends, is not handed
 * down to what it starts, and tells who has it. -EBUSY: somebody has.
 */
static int take_lock(struct state_file *file, int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int err;

	if (!fcntl(fd, F_SETLK, &lock)) {
		file->lock = fd;
		return 0;
	}
	err = errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
	if (err == -EBUSY && !fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK)
		file->other = lock.l_pid;
	close(fd);
	return err;
}

/* Somebody may have removed the folder, or moved it away: then it is made again. */
static bool has_folder(const struct state_file *file)
{
	char path[PATH_MAX];
	struct stat held, there;

	if (file->lock < 0 || fstat(file->lock, &held))
		return false;
	snprintf(path, sizeof(path), "%s/lock", file->folder);
	return !lstat(path, &there) && there.st_dev == held.st_dev && there.st_ino == held.st_ino;
}

/* 0, also where it is taken already; -EBUSY, or -errno. */
static int take_folder(struct state_file *file)
{
	int folder, fd, err = 0;

	if (has_folder(file))
		return 0;
	if (file->lock >= 0)
		close(file->lock);
	file->lock = -1;
	if (mkdir(file->folder, 0700) && errno != EEXIST)
		return -errno;
	folder = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	fd = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		err = -errno;
	close(folder);
	return err ? err : take_lock(file, fd);
}

static const char *why_unwritten(int err)
{
	switch (err) {
	case -EINVAL:
		return "it is no plain file";
	case -EBUSY:
		return "another porttrace has the folder now";
	default:
		return confined_error(-err);
	}
}

static void say_unwritten(struct state_file *file, int err)
{
	if (err && !file->failed)
		say("%s cannot be written: %s. Tracing goes on; after a restart, ports may be told "
		    "a second time",
		    file->path, why_unwritten(err));
	else if (!err && file->failed)
		say("%s can be written again", file->path);
	file->failed = err;
}

int state_file_open(struct state_file *file, const char *folder, uint32_t followed)
{
	int err = 0;

	*file = (struct state_file){ .folder = folder, .lock = -1, .followed = followed };
	if (asprintf(&file->path, "%s/state", folder) < 0) {
		file->path = NULL;
		err = -ENOMEM;
	}
	if (!err)
		err = read_boot_id(file);
	if (err) {
		say("--state %s: %s: %s", folder, BOOT_ID_PATH, strerror(-err));
		return STATUS_USAGE;
	}
	err = take_folder(file);
	if (err == -EBUSY) {
		say("--state %s is in use by another porttrace (pid %d): stop that one, or give "
		    "this one a folder of its own",
		    folder, (int)file->other);
		return STATUS_USAGE;
	}
	if (err)
		say_unwritten(file, err);
	return STATUS_OK;
}

/* What others may write could hide what opened while we were down. 0 or -errno. */
static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((st.st_uid && st.st_uid != geteuid()) || st.st_mode & (S_IWGRP | S_IWOTH))
		return -EPERM;
	return (uint64_t)st.st_size > STATE_BYTES_MAX ? -EFBIG : 0;
}

/* The whole file; 0 or -errno. A FIFO that somebody put there is not waited for. */
static int read_all(const char *path, struct buf *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), err;

	if (fd < 0)
		return -errno;
	err = check_file(fd);
	if (!err)
		err = read_whole(fd, STATE_BYTES_MAX + 1, bytes);
	close(fd);
	return err;
}

static const char *why_unused(int err)
{
	switch (err) {
	case -EINVAL:
	case -ELOOP:
		return "it is no plain file";
	case -EPERM:
		return "it belongs to another user, or others may write to it";
	case -EFBIG:
		return "it is larger than any that porttrace writes";
	case -EBADMSG:
		return "it is damaged";
	case -EPROTONOSUPPORT:
		return "it is of another version of porttrace";
	case -ESTALE:
		return "it is of an earlier boot";
	default:
		return strerror(-err);
	}
}

struct past *state_file_read(struct state_file *file)
{
	struct buf bytes = { 0 };
	struct past *past = NULL;
	int err = read_all(file->path, &bytes);

	if (!err)
		err = past_read(&past, bytes.data, bytes.len, file->boot_id);
	buf_free(&bytes);
	if (err && err != -ENOENT)
		say("%s is not used: %s. What opened or closed while porttrace was down is not "
		    "told",
		    file->path, why_unused(err));
	return err ? NULL : past;
}

static int write_state(struct state_file *file, struct ports *ports)
{
	/* Where a link leads is no file of ours. */
	const struct replace_how how = {
		.mode = 0600, .over = true, .no_follow = true, .quick = true
	};
	struct buf bytes = { 0 };
	int err = take_folder(file);

	if (err)
		return err;
	state_put(&bytes, file->boot_id, ports, file->followed);
	err = bytes.failed ? -ENOMEM : replace_file(file->path, bytes.data, bytes.len, &how);
	buf_free(&bytes);
	return err;
}

void state_file_write(struct state_file *file, struct ports *ports)
{
	uint64_t began = boot_now_ns();

	say_unwritten(file, write_state(file, ports));
	file->took_ns = boot_now_ns() - began;
}

uint64_t state_file_gap_ns(const struct state_file *file)
{
	uint64_t gap = file->took_ns * WRITE_SHARE;

	if (file->failed)
		return FAILED_GAP_NS;
	return gap > WRITE_GAP_NS ? gap : WRITE_GAP_NS;
}

void state_file_close(struct state_file *file)
{
	if (file->lock >= 0)
		close(file->lock);
	free(file->path);
}
