// SPDX-License-Identifier: GPL-2.0-only
#include "base/replace.h"

#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 16

/* Where it goes, and what is there. */
struct target {
	char *path;       /* owned; without a link at its end */
	const char *name; /* the last part of it */
	int folder;
	bool there;
	struct stat st;
};

static int open_folder(struct target *target)
{
	char *slash = strrchr(target->path, '/');

	target->name = slash ? slash + 1 : target->path;
	if (!*target->name)
		return -EISDIR;
	if (slash == target->path) {
		target->folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	} else {
		if (slash)
			*slash = '\0';
		target->folder = open(slash ? target->path : ".",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (slash)
			*slash = '/';
	}
	return target->folder < 0 ? -errno : 0;
}

static void target_close(struct target *target)
{
	if (target->folder >= 0)
		close(target->folder);
	free(target->path);
	*target = (struct target){ .folder = -1 };
}

static int target_find(struct target *target, const char *path)
{
	int err;

	*target = (struct target){ .folder = -1 };
	target->path = strdup(path);
	if (!target->path)
		return -ENOMEM;
	err = open_folder(target);
	if (err)
		return err;
	if (fstatat(target->folder, target->name, &target->st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): target_close() frees the path */
	target->there = true;
	return 0;
}

/*
 * What somebody else put there must not lead us to a file of ours. Root follows no link but his
 * own; others as with fs.protected_symlinks, which cannot know that the end of the link is about
 * to be replaced.
 */
static bool is_planted(const struct target *link)
{
	struct stat folder;

	if (link->st.st_uid == geteuid())
		return false;
	return !geteuid() || fstat(link->folder, &folder) ||
	       (folder.st_mode & S_IWOTH && folder.st_uid != link->st.st_uid);
}

static int target_open(struct target *target, const char *path, const struct replace_how *how)
{
	int err = target_find(target, path);

	if (!err && target->there && how->over && !how->no_follow && S_ISLNK(target->st.st_mode)) {
		char *real;

		if (is_planted(target))
			return -ELOOP;
		real = realpath(path, NULL);
		if (!real)
			return -errno;
		target_close(target);
		err = target_find(target, real);
		free(real);
	}
	if (err || !target->there)
		return err;
	if (!how->over)
		return -EEXIST;
	return S_ISREG(target->st.st_mode) ? 0 : -EINVAL;
}

int replace_check(const char *path, const struct replace_how *how)
{
	struct target target;
	int err = target_open(&target, path, how);

	if (!err && faccessat(target.folder, ".", W_OK, AT_EACCESS))
		err = -errno;
	target_close(&target);
	return err;
}

/* Hidden, so that no pattern for policies takes it for one. */
static int open_temporary(const struct target *target, char name[NAME_MAX + 1],
			  const struct replace_how *how)
{
	uint64_t number = 0;
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		if (!how->quick && getrandom(&number, sizeof(number), 0) != sizeof(number))
			return -EIO;
		snprintf(name, NAME_MAX + 1, ".%.200s.%08x", target->name, (unsigned int)number);
		if (how->quick)
			unlinkat(target->folder, name, 0);
		fd = openat(target->folder, name,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -errno;
	}
	return fd < 0 ? -EEXIST : fd;
}

/* The owner first: chown(2) takes bits of the mode away. */
static int set_mode(int fd, const struct target *target, const struct replace_how *how)
{
	bool keep = how->keep_mode && target->there;

	if (keep && fchown(fd, target->st.st_uid, target->st.st_gid))
		return -errno;
	return fchmod(fd, keep ? target->st.st_mode & 07777 : how->mode) ? -errno : 0;
}

/* From the temporary name to its own. A link(2) refuses where there is something. */
static int put_in_place(const struct target *target, const char *temporary,
			const struct replace_how *how)
{
	if (how->over)
		return renameat(target->folder, temporary, target->folder, target->name) ? -errno :
											   0;
	if (linkat(target->folder, temporary, target->folder, target->name, 0))
		return -errno;
	unlinkat(target->folder, temporary, 0);
	return 0;
}

static int replace(const struct target *target, const char *text, size_t len,
		   const struct replace_how *how)
{
	char temporary[NAME_MAX + 1];
	int fd = open_temporary(target, temporary, how), err;

	if (fd < 0)
		return fd;
	err = write_whole(fd, text, len);
	if (!err)
		err = set_mode(fd, target, how);
	if (!err && !how->quick && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err)
		err = put_in_place(target, temporary, how);
	if (err)
		unlinkat(target->folder, temporary, 0);
	else if (!how->quick)
		fsync(target->folder); /* it is there; that a crash keeps it is all this adds */
	return err;
}

int replace_file(const char *path, const char *text, size_t len, const struct replace_how *how)
{
	struct target target;
	int err = target_open(&target, path, how);

	if (!err)
		err = replace(&target, text, len, how);
	target_close(&target);
	return err;
}
