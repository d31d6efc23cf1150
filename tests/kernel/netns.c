// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static void lo_up(void)
{
	struct ifreq req = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		test_fail("socket: %s", strerror(errno));
	req.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &req))
		test_fail("cannot bring lo up: %s", strerror(errno));
	close(fd);
}

void netns_enter_new(void)
{
	if (unshare(CLONE_NEWNET))
		test_fail("unshare(CLONE_NEWNET): %s (the suite needs root)", strerror(errno));
	lo_up();
}

void netns_enter(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		test_fail("setns: %s", strerror(errno));
}

int netns_open(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		test_fail("/proc/thread-self/ns/net: %s", strerror(errno));
	return fd;
}

unsigned long netns_inode(void)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st))
		test_fail("/proc/thread-self/ns/net: %s", strerror(errno));
	return st.st_ino;
}

int sysctl_set(const char *path, const char *value)
{
	ssize_t len = (ssize_t)strlen(value);
	char full[128];
	int fd, err;

	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	err = write(fd, value, len) == len ? 0 : errno;
	close(fd);
	errno = err;
	return err ? -1 : 0;
}
