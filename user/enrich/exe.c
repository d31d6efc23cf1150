// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether an executable is what the host has at its path. A path alone is what
 * whoever has a mount namespace of his own (any user has) makes it: a container's
 * /usr/sbin/nginx, or a file that is mounted there for one process alone.
 *
 * The kernel's path has no symbolic link in it, so none is followed: behind one
 * the host has no file of that path.
 */
#include "base/loop.h"
#include "base/procdir.h"
#include "enrich/host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MEMFD "/memfd:" /* mm/memfd.c; d_path(9) puts the slash before it */

/* In a flood the same process comes again and again: what was found holds for so long. */
#define VALID_NS 10000000ULL

/* --- a file that is there ---------------------------------------------------------------- */

enum answer { ANSWER_UNSURE, ANSWER_SAME, ANSWER_OTHER };

static enum answer answer_of(bool same)
{
	return same ? ANSWER_SAME : ANSWER_OTHER;
}

/* What the process runs now. 0 or -errno. */
static int describe_running(const struct process *process, struct host_file *out)
{
	int dir = procdir_open_same(process->tgid, process->start_ns), err;

	if (dir < 0)
		return dir;
	err = host_describe(dir, "exe", out);
	close(dir);
	return err;
}

/* By what the process runs now: exact on every file system, as long as it lives. */
static enum answer compare_running(const struct process *process, const struct host_file *file)
{
	struct host_file running = { 0 };

	if (describe_running(process, &running))
		return ANSWER_UNSURE;
	return answer_of(running.dev == file->dev && running.inode == file->inode);
}

/*
 * By what was caught when it acted, which needs no process any more. The kernel
 * side tells the device of the superblock, which is also what mountinfo shows. Where
 * files have another (statx(2) on btrfs, on an overlay over several file systems),
 * two of them may have one number, and only the running process can tell.
 */
static enum answer compare(const struct host *host, const struct process *process,
			   const struct host_file *file)
{
	const struct mount_row *mount = mounts_find(&host->mounts, file->mount);

	if (!process->exe_inode || !mount)
		return compare_running(process, file);
	if (process->exe_dev != mount->dev || process->exe_inode != file->inode)
		return ANSWER_OTHER;
	if (host_dev_of(mount->dev) != file->dev)
		return compare_running(process, file);
	return ANSWER_SAME;
}

/* --- a file that is gone ----------------------------------------------------------------- */

/* Unlinked since the kernel side told of the process. */
static bool is_deleted_by_now(const struct process *process)
{
	int dir = procdir_open_same(process->tgid, process->start_ns);
	char path[PATH_MAX + 16];
	bool deleted = false;

	if (dir < 0)
		return false;
	if (procdir_link(dir, "exe", path, sizeof(path), &deleted) <= 0)
		deleted = false;
	close(dir);
	return deleted && !strcmp(path, process->exe);
}

/* Where in its file system a path of a mount lies: *base, then *rest. False: not there. */
static bool place_in(const struct mount_row *mount, const char *path, const char **base,
		     const char **rest)
{
	size_t n = strlen(mount->point);

	if (n == 1)
		n = 0;
	else if (strncmp(path, mount->point, n) != 0 || (path[n] && path[n] != '/'))
		return false;
	*base = strcmp(mount->root, "/") ? mount->root : "";
	*rest = path + n;
	return true;
}

/* Whether base1 + rest1 is base2 + rest2. */
static bool same_text(const char *base1, const char *rest1, const char *base2, const char *rest2)
{
	size_t n1 = strlen(base1), n2 = strlen(base2);

	if (n1 > n2)
		return same_text(base2, rest2, base1, rest1);
	return n1 + strlen(rest1) == n2 + strlen(rest2) && !strncmp(base1, base2, n1) &&
	       !strncmp(rest1, base2 + n1, n2 - n1) && !strcmp(rest1 + (n2 - n1), rest2);
}

/* The mount of the host that a path is in; the file itself may not be there any more. */
static const struct mount_row *host_mount(const struct host *host, const char *path)
{
	char folder[PATH_MAX];
	struct host_file file = { 0 };
	int err = host_file(host, path, &file);

	if (host_file_is_absent(err) && strlen(path) < sizeof(folder)) {
		size_t n = (size_t)(strrchr(path, '/') - path);

		snprintf(folder, sizeof(folder), "%.*s", n ? (int)n : 1, path);
		err = host_file(host, folder, &file);
	}
	return err ? NULL : mounts_find(&host->mounts, file.mount);
}

/* Of the process's own mounts, that of its executable. The caller frees mounts. */
static const struct mount_row *own_mount(const struct process *process, struct mounts *mounts)
{
	int dir = procdir_open_same(process->tgid, process->start_ns);
	struct host_file file = { 0 };
	int err;

	mounts_init(mounts, -1);
	if (dir < 0)
		return NULL;
	err = host_describe(dir, "exe", &file);
	mounts_init(mounts, openat(dir, "mountinfo", O_RDONLY | O_CLOEXEC));
	close(dir);
	if (err || mounts_refresh(mounts))
		return NULL;
	return mounts_find(mounts, file.mount);
}

/* A file may have such a path as well: in a mount namespace of one's own any user can make one. */
static enum exe_standing standing_of_memfd(const struct host *host, const struct process *process)
{
	dev_t dev = host_dev_of(process->exe_dev);
	struct host_file file;

	if (!process->exe_inode) {
		if (describe_running(process, &file))
			return EXE_UNKNOWN;
		dev = file.dev;
	}
	if (!host->memfd_dev)
		return EXE_UNKNOWN;
	return dev == host->memfd_dev ? EXE_MEMFD : EXE_OTHER;
}

/*
 * It lay where the host has that path: the same file system, and the same place in
 * it, by the mounts of the process and those of the host. So what somebody mounted over
 * /usr/sbin/nginx for himself, and then deleted, does not pass for a package's old file.
 */
static enum exe_standing standing_of_deleted(const struct host *host, const struct process *process)
{
	const char *base, *rest, *host_base, *host_rest;
	const struct mount_row *own, *there;
	enum exe_standing standing = EXE_UNKNOWN;
	struct mounts mounts;

	if (!strncmp(process->exe, MEMFD, strlen(MEMFD)))
		return standing_of_memfd(host, process);
	own = own_mount(process, &mounts);
	there = host_mount(host, process->exe);
	if (own && there)
		standing = own->dev == there->dev && place_in(own, process->exe, &base, &rest) &&
					   place_in(there, process->exe, &host_base, &host_rest) &&
					   same_text(base, rest, host_base, host_rest) ?
				   EXE_DELETED :
				   EXE_OTHER;
	mounts_free(&mounts);
	return standing;
}

/* --- both -------------------------------------------------------------------------------- */

static enum exe_standing standing_of_file(const struct host *host, struct process *process)
{
	enum answer answer = ANSWER_OTHER;
	struct host_file file = { 0 };
	int err = host_file(host, process->exe, &file);

	if (!err)
		answer = compare(host, process, &file);
	else if (!host_file_is_absent(err))
		return EXE_UNKNOWN;
	if (answer == ANSWER_SAME)
		return EXE_HOST;
	if (answer == ANSWER_UNSURE)
		return EXE_UNKNOWN;
	if (!is_deleted_by_now(process))
		return EXE_OTHER;
	process->deleted = true;
	process_changed(process);
	return standing_of_deleted(host, process);
}

static enum exe_standing look(struct host *host, struct process *process)
{
	if (!process->exe || process->exe_truncated || *process->exe != '/')
		return EXE_UNKNOWN;
	/* Whose program answers for a FUSE may let us wait for ever: it is not asked. */
	if (mounts_refresh(&host->mounts) || mounts_crosses_fuse(&host->mounts, process->exe))
		return EXE_UNKNOWN;
	if (process->deleted)
		return standing_of_deleted(host, process);
	return standing_of_file(host, process);
}

enum exe_standing enrich_exe_standing(struct enrich *enrich, struct process *process)
{
	struct host *host = host_of(enrich);
	uint64_t now = boot_now_ns();

	if (!host)
		return EXE_UNKNOWN;
	if (process->version && host->version == process->version &&
	    now - host->looked_ns < VALID_NS)
		return host->standing;
	host->standing = look(host, process);
	host->version = process->version;
	host->looked_ns = now;
	return host->standing;
}
