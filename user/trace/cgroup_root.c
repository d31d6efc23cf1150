// SPDX-License-Identifier: GPL-2.0-only
#include "trace/cgroup_root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* kernfs gives the root of a hierarchy inode 1 (fs/kernfs/dir.c, kernfs_create_root). */
#define ROOT_INODE 1

static int open_cgroup2(int at, const char *path, bool *whole)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC || fstat(fd, &st)) {
		close(fd);
		return -ENOENT;
	}
	*whole = st.st_ino == ROOT_INODE;
	return fd;
}

/* The first mount of cgroup2 that shows the whole tree, else the first at all. */
static int open_mounted(struct coverage *coverage, bool *whole)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	int best = -ENOENT;

	if (!mounts)
		return -errno;
	while (!(best >= 0 && *whole) && (entry = getmntent(mounts))) {
		bool this_whole = false;
		int fd;

		if (strcmp(entry->mnt_type, "cgroup2") != 0)
			continue;
		fd = open_cgroup2(AT_FDCWD, entry->mnt_dir, &this_whole);
		if (fd < 0)
			continue;
		if (best >= 0 && !this_whole) {
			close(fd);
			continue;
		}
		if (best >= 0)
			close(best);
		best = fd;
		*whole = this_whole;
		snprintf(coverage->cgroup, sizeof(coverage->cgroup), "%.200s", entry->mnt_dir);
	}
	endmntent(mounts);
	return best;
}

/* A mount that is in no namespace and goes with its descriptor: fsopen(2), since v5.2. */
static int open_private(bool *whole)
{
	int context = (int)syscall(SYS_fsopen, "cgroup2", 1 /* FSOPEN_CLOEXEC */);
	int mount, fd, err;

	if (context < 0)
		return -errno;
	mount = -1;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int)syscall(SYS_fsmount, context, 1 /* FSMOUNT_CLOEXEC */, 0);
	err = -errno;
	close(context);
	if (mount < 0)
		return err;
	fd = open_cgroup2(mount, ".", whole);
	close(mount);
	return fd;
}

int cgroup_root_open(struct coverage *coverage)
{
	bool whole = false;
	int fd = open_mounted(coverage, &whole);

	if (fd < 0) {
		fd = open_private(&whole);
		if (fd >= 0)
			snprintf(coverage->cgroup, sizeof(coverage->cgroup),
				 "a private mount (this host mounts no cgroup2)");
	}
	coverage->cgroup_partial = fd >= 0 && !whole;
	return fd;
}
