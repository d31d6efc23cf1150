// SPDX-License-Identifier: GPL-2.0-only
/* The life itself: each step is over, for the kernel, before the next one begins. */
#include "scenario.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_FD 3
#define GO_FD 4
#define TEN "0123456789"

static void fail(const char *what)
{
	fprintf(stderr, "record: scenario: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void need(bool ok, const char *what)
{
	if (!ok)
		fail(what);
}

/*
 * The rings of ports and of connections are apart: what came over one is not in
 * order with the other, but for these.
 */
static void step(char what)
{
	char go;

	need(write(STEPS_FD, &what, 1) == 1, "a step");
	need(read(GO_FD, &go, 1) == 1, "go");
}

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa;
	socklen_t len;
};

static struct address address(const char *text, uint16_t port)
{
	struct address a = { 0 };

	if (strchr(text, ':')) {
		a.sa.v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
						 .sin6_port = htons(port) };
		a.len = sizeof(a.sa.v6);
		need(inet_pton(AF_INET6, text, &a.sa.v6.sin6_addr) == 1, text);
	} else {
		a.sa.v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		a.len = sizeof(a.sa.v4);
		need(inet_pton(AF_INET, text, &a.sa.v4.sin_addr) == 1, text);
	}
	return a;
}

static int new_socket(const struct address *a, int type)
{
	int fd = socket(a->sa.any.sa_family, type | SOCK_CLOEXEC, 0);

	need(fd >= 0, "socket");
	return fd;
}

static int bound(const char *addr, uint16_t port, int type, int option)
{
	struct address a = address(addr, port);
	int fd = new_socket(&a, type), one = 1;

	if (option)
		need(!setsockopt(fd, SOL_SOCKET, option, &one, sizeof(one)), "setsockopt");
	need(!bind(fd, &a.sa.any, a.len), "bind");
	return fd;
}

static int listener(const char *addr, uint16_t port, int option)
{
	int fd = bound(addr, port, SOCK_STREAM, option);

	need(!listen(fd, 16), "listen");
	return fd;
}

static int connected(const char *addr, uint16_t port, int type)
{
	struct address a = address(addr, port);
	int fd = new_socket(&a, type);

	need(!connect(fd, &a.sa.any, a.len), "connect");
	return fd;
}

static int accepted(int fd)
{
	int got = accept(fd, NULL, NULL);

	need(got >= 0, "accept");
	return got;
}

/* The end that closes first is through before the other one closes. */
static void close_pair(int first, int second)
{
	char c;

	close(first);
	need(recv(second, &c, 1, 0) == 0, "the end of a connection");
	close(second);
}

/* Ten bytes from the client, who leaves first. */
static void talk(int fd, const char *addr, uint16_t port)
{
	int client = connected(addr, port, SOCK_STREAM), server = accepted(fd);
	char got[sizeof(TEN)];

	need(send(client, TEN, 10, 0) == 10, "send");
	need(recv(server, got, 10, MSG_WAITALL) == 10, "recv");
	close_pair(client, server);
}

static void tcp(void)
{
	int fd = listener("127.0.0.1", 8080, 0), client;

	need(!listen(fd, 32), "listen again");
	talk(fd, "127.0.0.1", 8080);
	step(STEP_DONE);
	client = connected("127.0.0.1", 8080, SOCK_STREAM);
	step(STEP_UNACCEPTED);
	close(client);
	step(STEP_DONE);
	close(fd);
	step(STEP_DONE);
}

static void ipv6(void)
{
	int fd = listener("::1", 8082, 0);

	talk(fd, "::1", 8082);
	step(STEP_DONE);
	close(fd);
	/* IPv4 comes to it as well, and prints as such */
	fd = listener("::", 8083, 0);
	talk(fd, "127.0.0.1", 8083);
	step(STEP_DONE);
	close(fd);
	step(STEP_DONE);
}

static void shared_port(void)
{
	int first = listener("0.0.0.0", 8084, SO_REUSEPORT);
	int second = listener("0.0.0.0", 8084, SO_REUSEPORT);

	close(first);
	close(second);
	step(STEP_DONE);
}

/* The last holder is killed. */
static void killed_holder(void)
{
	int fd = listener("127.0.0.1", 8085, 0);
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	close(fd);
	kill(pid, SIGKILL);
	need(waitpid(pid, NULL, 0) == pid, "waitpid");
	step(STEP_DONE);
}

static void udp(void)
{
	int fd = bound("127.0.0.1", 5300, SOCK_DGRAM, 0);
	int client = connected("127.0.0.1", 5300, SOCK_DGRAM);

	need(send(client, TEN, 10, 0) == 10, "send");
	close(client);
	close(fd);
	step(STEP_DONE);
}

static void refused(void)
{
	struct address a = address("127.0.0.1", 8081);
	int fd = new_socket(&a, SOCK_STREAM);

	need(connect(fd, &a.sa.any, a.len) && errno == ECONNREFUSED, "a refused connect");
	close(fd);
	step(STEP_DONE);
}

static void bind_fails(const char *addr, uint16_t port, int error)
{
	struct address a = address(addr, port);
	int fd = new_socket(&a, SOCK_STREAM);

	need(bind(fd, &a.sa.any, a.len) && errno == error, "a bind that fails");
	close(fd);
	step(STEP_DONE);
}

/* What is older than the trace. */
struct old {
	int listener;
	int client;
	int server;
	int udp;
};

static struct old open_old(void)
{
	struct old old = { .listener = listener("127.0.0.1", 7001, 0),
			   .udp = bound("127.0.0.1", 7002, SOCK_DGRAM, 0) };

	old.client = connected("127.0.0.1", 7001, SOCK_STREAM);
	old.server = accepted(old.listener);
	return old;
}

static void close_old(const struct old *old)
{
	close_pair(old->client, old->server);
	step(STEP_DONE);
	close(old->listener);
	close(old->udp);
}

static void lo_up(void)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	need(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &req), "lo");
	close(fd);
}

int scenario_live(void)
{
	struct old old;

	alarm(60); /* if nobody is there to let us go on */
	lo_up();
	old = open_old();
	step(STEP_DONE);
	tcp();
	refused();
	udp();
	ipv6();
	shared_port();
	killed_holder();
	close(bound("127.0.0.1", 8086, SOCK_STREAM, 0));
	step(STEP_DONE);
	bind_fails("127.0.0.1", 7001, EADDRINUSE);
	bind_fails("192.0.2.1", 8087, EADDRNOTAVAIL);
	close_old(&old);
	return 0;
}
