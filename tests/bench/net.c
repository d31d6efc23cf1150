// SPDX-License-Identifier: GPL-2.0-only
/* The network namespace the loads run in, and listeners in it. */
#include "bench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int home = -1;

/* No TIME_WAIT, or the connect loop slows down the longer it runs. */
static void no_time_wait(void)
{
	int fd = open("/proc/sys/net/ipv4/tcp_max_tw_buckets", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		die("cannot set net.ipv4.tcp_max_tw_buckets: %s", strerror(errno));
	close(fd);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		die("cannot bring up loopback: %s", strerror(errno));
	close(fd);
}

void net_private(void)
{
	if (home < 0)
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0 || unshare(CLONE_NEWNET))
		die("cannot make a network namespace: %s (root is needed)", strerror(errno));
	loopback_up();
	no_time_wait();
}

void net_home(void)
{
	if (home >= 0 && setns(home, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
}

uint32_t net_inode(void)
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st))
		die("/proc/self/ns/net: %s", strerror(errno));
	return (uint32_t)st.st_ino;
}

static struct sockaddr_in address(uint32_t addr, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	in.sin_addr.s_addr = htonl(addr);
	in.sin_port = htons(port);
	return in;
}

struct sockaddr_in loopback(uint16_t port)
{
	return address(INADDR_LOOPBACK, port);
}

struct sockaddr_in keeper_address(unsigned int index)
{
	uint32_t third = 1 + index / KEEP_PORTS;

	return address(INADDR_LOOPBACK + (third << 8),
		       (uint16_t)(KEEP_PORT_MIN + index % KEEP_PORTS));
}

int bound_socket(struct sockaddr_in addr)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		die("cannot bind port %u: %s", ntohs(addr.sin_port), strerror(errno));
	return fd;
}

int listen_on(struct sockaddr_in addr)
{
	int fd = bound_socket(addr);

	if (listen(fd, 128))
		die("cannot listen on port %u: %s", ntohs(addr.sin_port), strerror(errno));
	return fd;
}

void connect_to(int listener, struct sockaddr_in addr)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), server;

	if (connect(client, (const struct sockaddr *)&addr, sizeof(addr)))
		die("connect: %s", strerror(errno));
	server = accept(listener, NULL, NULL);
	if (server < 0)
		die("accept: %s", strerror(errno));
	close(client);
	close(server);
}

static _Noreturn void keep(int ready, int release, unsigned int first, unsigned int count,
			   uint64_t rate)
{
	char byte = 0;

	raise_nofile(count + 64);
	keep_paced(first, count, rate);
	if (write(ready, &byte, 1) != 1 || read(release, &byte, 1) != 1)
		_exit(1);
	_exit(0);
}

void keepers_open(struct keepers *keepers, unsigned int first, unsigned int count, uint64_t rate)
{
	int ready[2], release[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC) || pipe2(release, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	keepers->pid = fork_child();
	if (!keepers->pid) {
		close(release[1]);
		keep(ready[1], release[0], first, count, rate);
	}
	close(ready[1]);
	close(release[0]);
	keepers->ready = ready[0];
	keepers->release = release[1];
	if (read(keepers->ready, &byte, 1) != 1)
		die("%u listeners could not be opened", count);
}

void keepers_close(struct keepers *keepers)
{
	/* A byte, not the pipe's end: later children hold the write end as well. */
	if (write(keepers->release, "", 1) != 1)
		die("the process with the listeners is gone");
	close(keepers->release);
	close(keepers->ready);
	reap(keepers->pid);
}
