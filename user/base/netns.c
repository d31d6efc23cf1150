// SPDX-License-Identifier: GPL-2.0-only
#include "base/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <mntent.h>
#include <sched.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of this thread: another may be elsewhere. */
#define OWN_NETNS "/proc/thread-self/ns/net"

static int by_value(const void *a, const void *b)
{
	return (uintptr_t)a < (uintptr_t)b ? -1 : (uintptr_t)a > (uintptr_t)b;
}

/* The tree has no nodes of ours: what it points to is the key itself. */
static const void *key_of(const struct netns_way *way)
{
	return (const void *)((uintptr_t)way->inode << 2 | (uintptr_t)way->by);
}

_Static_assert(NETNS_BY_PATH < 4 && sizeof(uintptr_t) >= 8, "a key fits into a pointer");

static int append(struct netns_ways *ways, const struct netns_way *way)
{
	if (ways->n == ways->cap) {
		size_t cap = ways->cap ? ways->cap * 2 : 16;
		struct netns_way *grown = reallocarray(ways->ways, cap, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		ways->ways = grown;
		ways->cap = cap;
	}
	if (!tsearch(key_of(way), &ways->known, by_value))
		return -ENOMEM;
	ways->ways[ways->n++] = *way;
	return 0;
}

int netns_add(struct netns_ways *ways, struct netns_way way)
{
	bool known = tfind(key_of(&way), &ways->known, by_value);
	int err = known ? 0 : append(ways, &way);

	if (known || err)
		free(way.path);
	return err;
}

static int by_inode(const void *a, const void *b)
{
	const struct netns_way *wa = a, *wb = b;

	if (wa->inode != wb->inode)
		return wa->inode < wb->inode ? -1 : 1;
	return (int)wa->by - (int)wb->by;
}

void netns_sort(struct netns_ways *ways)
{
	if (ways->n)
		qsort(ways->ways, ways->n, sizeof(*ways->ways), by_inode);
}

static int same_inode(const void *inode, const void *way)
{
	uint32_t a = *(const uint32_t *)inode, b = ((const struct netns_way *)way)->inode;

	return a < b ? -1 : a > b;
}

const struct netns_way *netns_find(const struct netns_ways *ways, uint32_t inode, size_t *n)
{
	const struct netns_way *end = ways->ways + ways->n, *first, *last;

	*n = 0;
	if (!ways->n)
		return NULL;
	first = bsearch(&inode, ways->ways, ways->n, sizeof(*first), same_inode);
	if (!first)
		return NULL;
	last = first + 1;
	while (first > ways->ways && first[-1].inode == inode)
		first--;
	while (last < end && last->inode == inode)
		last++;
	*n = (size_t)(last - first);
	return first;
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

static void nothing(void *key)
{
	(void)key;
}

int netns_open_any(const struct netns_ways *ways, uint32_t inode)
{
	size_t n;
	const struct netns_way *way = netns_find(ways, inode, &n);
	int fd = -ENOENT;

	for (size_t i = 0; i < n && fd < 0; i++)
		fd = netns_open(&way[i]);
	return fd;
}

void netns_free(struct netns_ways *ways)
{
	for (size_t i = 0; i < ways->n; i++)
		free(ways->ways[i].path);
	tdestroy(ways->known, nothing);
	free(ways->ways);
	*ways = (struct netns_ways){ 0 };
}

/* home: where to come back to, see netns_visit(). */
static int enter(struct netns_visit *visit, int fd, int home)
{
	visit->home = home;
	return setns(fd, CLONE_NEWNET) ? -errno : 0;
}

static void come_back(const struct netns_visit *visit)
{
	if (setns(visit->home, CLONE_NEWNET))
		abort();
}

int netns_visit(struct netns_visit *visit, int fd)
{
	int home, err;

	visit->home = -1;
	if (fd < 0)
		return 0;
	home = open_path(OWN_NETNS);
	if (home < 0)
		return home;
	err = enter(visit, fd, home);
	if (err)
		close(home);
	return err;
}

void netns_leave(struct netns_visit *visit)
{
	if (visit->home < 0)
		return;
	come_back(visit);
	close(visit->home);
}

/* By one way after the other, until one works. */
static int read_by_any_way(const struct netns_tour *tour, const struct netns_way *ways, size_t n,
			   int home)
{
	struct netns_visit visit;
	int err = -ENOENT;

	for (size_t i = 0; i < n && err; i++) {
		int fd = netns_open(&ways[i]);

		err = fd < 0 ? fd : enter(&visit, fd, home);
		if (fd >= 0)
			close(fd);
		if (err)
			continue;
		err = tour->read(ways[i].inode, tour->arg);
		come_back(&visit);
	}
	return err;
}

static void tour_others(struct netns_ways *ways, const struct netns_tour *tour, int home,
			uint32_t own)
{
	size_t n;

	netns_sort(ways);
	for (size_t i = 0; i < ways->n; i += n) {
		uint32_t inode = ways->ways[i].inode;
		const struct netns_way *first = netns_find(ways, inode, &n);
		int err = inode == own ? 0 : read_by_any_way(tour, first, n, home);

		if (err)
			tour->missed(err, tour->arg);
	}
}

int netns_tour(struct netns_ways *ways, const struct netns_tour *tour)
{
	int home = open_path(OWN_NETNS);
	struct stat st;
	int err;

	if (home < 0)
		return home;
	err = fstat(home, &st) ? -errno : tour->read((uint32_t)st.st_ino, tour->arg);
	if (!err)
		tour_others(ways, tour, home, (uint32_t)st.st_ino);
	close(home);
	return err;
}
