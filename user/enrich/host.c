// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host is the mount namespace of process 1, entered by /proc/1/root: under
 * PrivateTmp=, ProtectHome= and the like our own root is not what others see.
 * Where that may not be looked at (it takes CAP_SYS_PTRACE), or in a pid namespace
 * of a container, it is our own root: what differs there is not believed.
 */
#include "enrich/host.h"

#include "base/first_namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

static bool open_files(struct host *host, const char *root, const char *mountinfo)
{
	host->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mounts_init(&host->mounts, open(mountinfo, O_RDONLY | O_CLOEXEC));
	if (host->root >= 0 && !mounts_refresh(&host->mounts))
		return true;
	if (host->root >= 0)
		close(host->root);
	host->root = -1;
	mounts_free(&host->mounts);
	return false;
}

/* They all lie on one mount of the kernel's (shm_mnt of mm/shmem.c), which nobody else can reach. */
static dev_t memfd_dev(void)
{
	int fd = memfd_create("porttrace", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	struct stat st;
	dev_t dev = 0;

	if (fd < 0 && errno == EINVAL) /* older than 6.3 */
		fd = memfd_create("porttrace", MFD_CLOEXEC);
	if (fd < 0)
		return 0;
	if (!fstat(fd, &st))
		dev = st.st_dev;
	close(fd);
	return dev;
}

/* Kept open: what the capability is needed for is done once. */
struct host *host_of(struct enrich *enrich)
{
	struct host *host = enrich->host;

	if (host)
		return host;
	host = enrich->host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	if (!in_first_namespace("pid", PID_INIT_INO) ||
	    !open_files(host, "/proc/1/root", "/proc/1/mountinfo"))
		open_files(host, "/", "/proc/self/mountinfo");
	host->memfd_dev = memfd_dev();
	return host;
}

void enrich_open_host(struct enrich *enrich)
{
	host_of(enrich);
}

void host_free(struct enrich *enrich)
{
	if (!enrich->host)
		return;
	if (enrich->host->root >= 0)
		close(enrich->host->root);
	mounts_free(&enrich->host->mounts);
	free(enrich->host);
}

/* Nobody is asked who may not answer: what is known already will do. */
int host_describe(int fd, const char *name, struct host_file *out)
{
	struct statx st;

	if (statx(fd, name, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &st))
		return -errno;
	out->dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	out->inode = st.stx_ino;
	out->mount = st.stx_mnt_id;
	return 0;
}

/*
 * One name after the other, no link followed; the caller closes it. Not openat2(2):
 * RestrictSUIDSGID= of systemd takes that away, since no filter sees its flags.
 */
static int open_beneath(int root, const char *path)
{
	int fd = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char names[PATH_MAX], *rest = names, *name;

	if (fd < 0)
		return -errno;
	snprintf(names, sizeof(names), "%s", path);
	while (fd >= 0 && (name = strsep(&rest, "/"))) {
		if (!*name)
			continue;
		next = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (rest ? O_DIRECTORY : 0));
		if (next < 0)
			next = -errno;
		close(fd);
		fd = next;
	}
	return fd;
}

int host_file(const struct host *host, const char *path, struct host_file *out)
{
	int fd = open_beneath(host->root, path), err;

	if (fd < 0)
		return fd;
	err = host_describe(fd, "", out);
	close(fd);
	return err;
}

dev_t host_dev_of(uint32_t kernel)
{
	return makedev(kernel >> MOUNT_MINOR_BITS, kernel & ((1u << MOUNT_MINOR_BITS) - 1));
}

bool host_file_is_absent(int err)
{
	return err == -ENOENT || err == -ENOTDIR || err == -ELOOP;
}
