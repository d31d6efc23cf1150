// SPDX-License-Identifier: GPL-2.0-only
#include "trace/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int netns_add(struct netns_ways *ways, struct netns_way way)
{
	struct netns_way *grown;

	for (size_t i = 0; i < ways->n; i++) {
		if (ways->ways[i].inode == way.inode && ways->ways[i].by == way.by) {
			free(way.path);
			return 0;
		}
	}
	grown = reallocarray(ways->ways, ways->n + 1, sizeof(*grown));
	if (!grown) {
		free(way.path);
		return -ENOMEM;
	}
	ways->ways = grown;
	grown[ways->n++] = way;
	return 0;
}

int netns_add_mounted(struct netns_ways *ways)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	int err = 0;

	if (!mounts)
		return -errno;
	while (!err && (entry = getmntent(mounts))) {
		struct stat st;

		if (strcmp(entry->mnt_type, "nsfs") != 0 || stat(entry->mnt_dir, &st))
			continue;
		err = netns_add(ways, (struct netns_way){ .inode = (uint32_t)st.st_ino,
							  .by = NETNS_BY_PATH,
							  .path = strdup(entry->mnt_dir) });
	}
	endmntent(mounts);
	return err;
}

static int open_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

/* pidfd_open(2) v5.3, pidfd_getfd(2) v5.6, SIOCGSKNS v4.10. */
static int open_by_socket(uint32_t tgid, int target_fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, tgid, 0);
	int sock, fd, err;

	if (pidfd < 0)
		return -errno;
	sock = (int)syscall(SYS_pidfd_getfd, pidfd, target_fd, 0);
	err = -errno;
	close(pidfd);
	if (sock < 0)
		return err;
	fd = ioctl(sock, SIOCGSKNS);
	err = -errno;
	close(sock);
	return fd < 0 ? err : fd;
}

int netns_open(const struct netns_way *way)
{
	char path[64];
	struct stat st;
	int fd;

	switch (way->by) {
	case NETNS_BY_PROCESS:
		snprintf(path, sizeof(path), "/proc/%u/ns/net", way->tgid);
		fd = open_path(path);
		break;
	case NETNS_BY_FD:
		snprintf(path, sizeof(path), "/proc/%u/fd/%d", way->tgid, way->fd);
		fd = open_path(path);
		break;
	case NETNS_BY_PATH:
		fd = way->path ? open_path(way->path) : -ENOMEM;
		break;
	default:
		fd = open_by_socket(way->tgid, way->fd);
	}
	if (fd < 0)
		return fd;
	/* The process may have ended, and its number be another's. */
	if (fstat(fd, &st) || st.st_ino != way->inode) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

void netns_free(struct netns_ways *ways)
{
	for (size_t i = 0; i < ways->n; i++)
		free(ways->ways[i].path);
	free(ways->ways);
	*ways = (struct netns_ways){ 0 };
}
