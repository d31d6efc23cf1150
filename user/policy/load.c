// SPDX-License-Identifier: GPL-2.0-only
/* Policies from the file system, and who may write them. */
#include "policy/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const too_large = "the file has more than 8 MiB";

_Static_assert(POLICY_FILE_MAX >> 20 == 8, "the message says so");

static bool others_write(const struct stat *st)
{
	return st->st_uid != 0 || st->st_mode & (S_IWGRP | S_IWOTH);
}

/* As root: whoever else could write the file could have everything allowed. */
static int check_owner(const struct stat *directory, const struct stat *file, const char **why)
{
	if (geteuid() != 0)
		return 0;
	if (file->st_uid != 0)
		*why = "the file is not owned by root: root does not take it ('chown root' mends it)";
	else if (others_write(file))
		*why = "group or others may write the file: root does not take it ('chmod go-w' mends it)";
	else if (others_write(directory) && !(directory->st_mode & S_ISVTX))
		*why = "others than root may write the directory it is in: root does not take it";
	return *why ? -EPERM : 0;
}

/* The directory of a path, opened to be looked at and to go on from. */
static int open_directory(const char *path, const char **base)
{
	const char *slash = strrchr(path, '/');
	char *name;
	int fd;

	*base = slash ? slash + 1 : path;
	name = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!name)
		return -ENOMEM;
	fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	free(name);
	return fd;
}

static int read_all(int fd, size_t size, char **text, size_t *len, const char **why)
{
	size_t room = size + 1, n = 0;
	char *to = malloc(room + 1);

	if (!to)
		return -ENOMEM;
	/* A byte more than it has: then it grows, and is read again another time. */
	while (n < room) {
		ssize_t got = read(fd, to + n, room - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(to);
			return -errno;
		}
		if (!got)
			break;
		n += (size_t)got;
	}
	if (n > size) {
		free(to);
		*why = "the file is being written";
		return -EBUSY;
	}
	to[n] = '\0';
	*text = to;
	*len = n;
	return 0;
}

static int read_open(int fd, const struct stat *directory, char **text, size_t *len,
		     struct policy_file_id *id, const char **why)
{
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode)) {
		*why = S_ISDIR(st.st_mode) ? "is a directory" : "is no regular file";
		return -EINVAL;
	}
	err = check_owner(directory, &st, why);
	if (err)
		return err;
	if (st.st_size > POLICY_FILE_MAX) {
		*why = too_large;
		return -EFBIG;
	}
	*id = (struct policy_file_id){ st.st_dev, st.st_ino };
	return read_all(fd, (size_t)st.st_size, text, len, why);
}

/*
 * A symbolic link is followed to its end first; then nothing is followed any
 * more, so that what is checked, directory and file, is what is read.
 */
static int read_real(const char *path, char **text, size_t *len, struct policy_file_id *id,
		     const char **why)
{
	int directory, fd, err;
	struct stat st;
	const char *base;

	directory = open_directory(path, &base);
	if (directory < 0)
		return directory;
	/* A pipe must not keep us waiting for somebody who writes. */
	fd = openat(directory, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(directory, &st))
		err = -errno;
	else
		err = read_open(fd, &st, text, len, id, why);
	if (fd >= 0)
		close(fd);
	close(directory);
	return err;
}

/* The directory that the link stands in says where it leads: it has to be root's as well. */
static int check_link(const char *path, const char **why)
{
	struct stat link, directory;
	const char *base;
	int fd, err = 0;

	if (lstat(path, &link))
		return -errno;
	if (!S_ISLNK(link.st_mode))
		return 0;
	fd = open_directory(path, &base);
	if (fd < 0)
		return fd;
	if (fstat(fd, &directory))
		err = -errno;
	else if (geteuid() == 0 && (link.st_uid != 0 ||
				    (others_write(&directory) && !(directory.st_mode & S_ISVTX)))) {
		*why = "others than root may say where this link leads: root does not take it";
		err = -EPERM;
	}
	close(fd);
	return err;
}

static int read_file(void *arg, const char *path, char **text, size_t *len,
		     struct policy_file_id *id, const char **why)
{
	char *real;
	int err = check_link(path, why);

	(void)arg;
	if (err)
		return err;
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	err = read_real(real, text, len, id, why);
	free(real);
	return err;
}

/* Why a directory could not be looked through; glob(3) has no argument for it. */
static _Thread_local int expand_err;

/* A directory that is not there has no files that match. */
static int expand_failed(const char *path, int err)
{
	(void)path;
	if (err == ENOENT || err == ENOTDIR)
		return 0;
	expand_err = -err;
	return 1;
}

/* A folder that is there may be empty: it is for files that come one day. */
static bool has_folder(const char *pattern)
{
	const char *slash = strrchr(pattern, '/');
	char *folder;
	glob_t found;
	int status;

	if (!slash || !strpbrk(slash, "*?["))
		return false;
	folder = strndup(pattern, (size_t)(slash - pattern) + 1);
	if (!folder)
		return false;
	status = glob(folder, 0, expand_failed, &found);
	free(folder);
	if (!status)
		globfree(&found);
	return !status;
}

static int expand(void *arg, const char *pattern, char ***paths, size_t *n)
{
	glob_t found;
	int status = glob(pattern, 0, expand_failed, &found), err;

	(void)arg;
	*paths = NULL;
	*n = 0;
	if (status == GLOB_NOMATCH)
		return has_folder(pattern) ? 0 : -ENOENT;
	if (status == GLOB_NOSPACE)
		return -ENOMEM;
	if (status)
		return expand_err;
	*paths = calloc(found.gl_pathc + 1, sizeof(**paths));
	err = *paths ? 0 : -ENOMEM;
	while (!err && *n < found.gl_pathc) {
		(*paths)[*n] = strdup(found.gl_pathv[*n]);
		err = (*paths)[*n] ? 0 : -ENOMEM;
		*n += !err;
	}
	globfree(&found);
	if (!err)
		return 0;
	while (*n)
		free((*paths)[--*n]);
	free(*paths);
	*paths = NULL;
	return err;
}

int policy_load(struct policy **out, const char *path, struct policy_problems *problems)
{
	const struct policy_files files = { .read = read_file, .expand = expand };

	return policy_parse(out, path, &files, problems);
}
