// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal_socket.h"

#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Linux 6.3; the C library may be older. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int journal_socket_open(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd, err;

	if (len >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/*
 * Without MFD_NOEXEC_SEAL, whose seal makes journald before 254 think that it is
 * not sealed (memfd_get_sealed() compared all seals); but vm.memfd_noexec=2 wants it.
 */
static int open_memfd(void)
{
	int fd = memfd_create("porttrace-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 && errno == EACCES)
		fd = memfd_create("porttrace-entry",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	return fd;
}

static int fill(int fd, const char *data, size_t len)
{
	if (write_whole(fd, data, len))
		return -1;
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

static long send_descriptor(int to, int fd)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static long send_large(int to, const char *data, size_t len)
{
	long sent = -EMSGSIZE;
	int fd = open_memfd();

	if (fd < 0)
		return -EMSGSIZE;
	if (!fill(fd, data, len))
		sent = send_descriptor(to, fd);
	close(fd);
	return sent;
}

/* Whatever is short now and will be there again: memory, or descriptors on their way. */
static bool is_shortage(int error)
{
	return error == ENOBUFS || error == ENOMEM || error == ETOOMANYREFS;
}

long journal_socket_send(int fd, const char *data, size_t len)
{
	long sent = send(fd, data, len, MSG_NOSIGNAL) < 0 ? -errno : (long)len;

	if (sent == -EMSGSIZE)
		sent = send_large(fd, data, len);
	if (sent < 0 && is_shortage((int)-sent))
		return -ENOBUFS;
	return sent;
}

int journal_socket_probe(int fd)
{
	return send(fd, "", 0, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

size_t journal_socket_unread(int fd)
{
	int bytes = 0;

	return ioctl(fd, SIOCOUTQ, &bytes) || bytes < 0 ? 0 : (size_t)bytes;
}
