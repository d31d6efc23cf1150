// SPDX-License-Identifier: GPL-2.0-only
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

void skip_unless_supported(int type, int protocol, const char *name)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		test_skip("no %s in this kernel: %s", name, strerror(errno));
	close(fd);
}

static int address_of(const struct spec *spec, struct sockaddr_storage *to, socklen_t *len)
{
	struct sockaddr_in *in = (void *)to;
	struct sockaddr_in6 *in6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (!strchr(spec->addr, ':')) {
		in->sin_family = AF_INET;
		in->sin_port = htons(spec->port);
		*len = sizeof(*in);
		return inet_pton(AF_INET, spec->addr, &in->sin_addr) == 1 ? 0 : -EINVAL;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(spec->port);
	*len = sizeof(*in6);
	if (inet_pton(AF_INET6, spec->addr, &in6->sin6_addr) != 1)
		return -EINVAL;
	if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&in6->sin6_addr))
		in6->sin6_scope_id = if_nametoindex("lo");
	return 0;
}

static int set_flag(int fd, int level, int option, bool on)
{
	int value = on;

	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

static int set_options(int fd, const struct spec *spec, int family)
{
	int err = 0;

	if (spec->flags & SPEC_REUSEADDR)
		err = set_flag(fd, SOL_SOCKET, SO_REUSEADDR, true);
	if (!err && (spec->flags & SPEC_REUSEPORT))
		err = set_flag(fd, SOL_SOCKET, SO_REUSEPORT, true);
	if (!err && family == AF_INET6)
		err = set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, spec->flags & SPEC_V6ONLY);
	if (!err && (spec->flags & SPEC_FREEBIND) && family == AF_INET)
		err = set_flag(fd, IPPROTO_IP, IP_FREEBIND, true);
	if (!err && (spec->flags & SPEC_FREEBIND) && family == AF_INET6)
		err = set_flag(fd, IPPROTO_IPV6, IPV6_FREEBIND, true);
	return err;
}

static int bind_and_listen(int fd, const struct spec *spec)
{
	int type = spec->type ? spec->type : SOCK_STREAM;
	struct sockaddr_storage addr;
	socklen_t len;
	int err;

	err = address_of(spec, &addr, &len);
	if (!err)
		err = set_options(fd, spec, addr.ss_family);
	if (!err && !(spec->flags & SPEC_NO_BIND) && bind(fd, (void *)&addr, len))
		err = -errno;
	if (err || type != SOCK_STREAM || (spec->flags & SPEC_NO_LISTEN))
		return err;
	return listen(fd, spec->backlog ? spec->backlog : BACKLOG) ? -errno : 0;
}

int spec_try(const struct spec *spec)
{
	int type = (spec->type ? spec->type : SOCK_STREAM) | SOCK_CLOEXEC;
	int fd = socket(strchr(spec->addr, ':') ? AF_INET6 : AF_INET, type, spec->protocol);
	int err;

	if (fd < 0)
		return -errno;
	err = bind_and_listen(fd, spec);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

/*
 * Whoever walks file tables (a snapshot, `lsof`, `ss -p`) has a reference to a
 * file for a moment; a socket closed by its process in that moment lives on
 * until the walker lets go of it, and its port is in use until then.
 */
int spec_open(const struct spec *spec)
{
	int fd = spec_try(spec);

	while (fd == -EADDRINUSE && time_left())
		fd = spec_try(spec);
	if (fd < 0)
		test_fail("cannot open [%s]:%d: %s", spec->addr, spec->port, strerror(-fd));
	return fd;
}

int tcp_listen(const char *addr, int port)
{
	return spec_open(&(struct spec){ .addr = addr, .port = port, .flags = SPEC_REUSEADDR });
}

int udp_bind(const char *addr, int port)
{
	return spec_open(&(struct spec){ .type = SOCK_DGRAM, .addr = addr, .port = port });
}

void open_once(int port)
{
	sock_close(tcp_listen("127.0.0.1", port));
}

int tcp_connect(int protocol, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (void *)&to, sizeof(to)))
		test_fail("cannot connect to 127.0.0.1:%d: %s", port, strerror(errno));
	return fd;
}

int sock_open(const char *addr, int protocol, int local_port)
{
	bool v6 = strchr(addr, ':');

	return spec_try(&(struct spec){ .protocol = protocol,
					.addr = v6 ? "::" : "0.0.0.0",
					.port = local_port,
					.flags = SPEC_REUSEADDR | SPEC_NO_LISTEN |
						 (local_port ? 0 : SPEC_NO_BIND) });
}

int sock_connect(int fd, const char *addr, int port)
{
	struct spec spec = { .addr = addr, .port = port };
	struct sockaddr_storage to;
	socklen_t len;

	errno = -address_of(&spec, &to, &len);
	return errno ? -1 : connect(fd, (void *)&to, len);
}

/* A line of /proc/net/tcp: its number, both ends as address:port, the state (2: SYN_SENT). */
static bool is_connecting(int port)
{
	FILE *file = fopen("/proc/thread-self/net/tcp", "re");
	unsigned int remote, state;
	bool found = false;
	char line[512];

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, " %*d: %*x:%*x %*x:%x %x", &remote, &state) == 2 &&
			state == 2 && remote == (unsigned int)port;
	if (file)
		fclose(file);
	return found;
}

void await_syn_sent(int port)
{
	while (!is_connecting(port)) {
		if (!time_left())
			test_fail("no connection to port %d is under way", port);
		poll(NULL, 0, 1);
	}
}

void sock_listen(int fd, int backlog)
{
	if (listen(fd, backlog))
		test_fail("listen: %s", strerror(errno));
}

void sock_close(int fd)
{
	if (close(fd))
		test_fail("close: %s", strerror(errno));
}

int sock_port(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, (void *)&addr, &len))
		test_fail("getsockname: %s", strerror(errno));
	if (addr.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&addr)->sin6_port);
	return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}

int sock_remote_port(int fd)
{
	struct sockaddr_in6 addr;
	socklen_t len = sizeof(addr);

	return getpeername(fd, (void *)&addr, &len) ? -errno : ntohs(addr.sin6_port);
}

unsigned long long sock_cookie(int fd)
{
	unsigned long long cookie = 0;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		test_fail("SO_COOKIE: %s", strerror(errno));
	return cookie;
}

void sock_disconnect(int fd)
{
	struct sockaddr_storage none = { .ss_family = AF_UNSPEC };

	if (connect(fd, (void *)&none, sizeof(struct sockaddr_in)))
		test_fail("connect(AF_UNSPEC): %s", strerror(errno));
}

void udp_connect(int fd, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (void *)&to, sizeof(to)))
		test_fail("connect: %s", strerror(errno));
}

void fd_send(int via, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *head;

	msg.msg_control = room;
	msg.msg_controllen = sizeof(room);
	head = CMSG_FIRSTHDR(&msg);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	if (sendmsg(via, &msg, 0) != 1)
		test_fail("sendmsg(SCM_RIGHTS): %s", strerror(errno));
}

int fd_receive(int via)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *head;
	int fd;

	msg.msg_control = room;
	msg.msg_controllen = sizeof(room);
	if (recvmsg(via, &msg, MSG_CMSG_CLOEXEC) != 1)
		test_fail("recvmsg(SCM_RIGHTS): %s", strerror(errno));
	head = CMSG_FIRSTHDR(&msg);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		test_fail("recvmsg: no descriptor came");
	memcpy(&fd, CMSG_DATA(head), sizeof(int));
	return fd;
}
