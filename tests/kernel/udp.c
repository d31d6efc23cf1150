// SPDX-License-Identifier: GPL-2.0-only
/* UDP: a port is open when it was bound on purpose. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "event.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

static void bind_and_close(const char *addr, int port, const char *family, const char *scope)
{
	struct tracer *tracer = tracer_start();
	const struct event *event;
	int fd = udp_bind(addr, port);

	port = sock_port(fd);
	event = tracer_expect(tracer, "open", port);
	expect_text(event, "proto", "udp");
	expect_text(event, "family", family);
	expect_text(event, "local.addr", addr);
	expect_text(event, "scope", scope);
	expect_cookie(event, fd);
	expect_process(event, getpid());
	sock_close(fd);
	event = tracer_expect(tracer, "close", port);
	expect_text(event, "proto", "udp");
	expect_text(event, "local.addr", addr);
	expect_text(event, "reason", "closed");
	expect_process(event, getpid());
	check(event_num(event, "lifetime_ns") > 0, "no lifetime in %s", event->line);
	tracer_sync(tracer);
	tracer_history(tracer, port, "open,close");
}

static void udp_v4(void)
{
	bind_and_close("127.0.0.1", 5353, "ipv4", "loopback");
}

static void udp_v6(void)
{
	bind_and_close("::", 5353, "ipv6", "any");
}

static void udp_port0(void)
{
	bind_and_close("0.0.0.0", 0, "ipv4", "any");
}

static int udp_socket(void)
{
	return spec_open(
		&(struct spec){ .type = SOCK_DGRAM, .addr = "0.0.0.0", .flags = SPEC_NO_BIND });
}

static void expect_nothing(struct tracer *tracer, int port)
{
	check(port > 0, "the kernel picked no port");
	tracer_sync(tracer);
	tracer_history(tracer, port, "");
}

static void udp_autobind_connect(void)
{
	struct tracer *tracer = tracer_start();
	int fd = udp_socket();
	int port;

	udp_connect(fd, 9);
	port = sock_port(fd);
	sock_close(fd);
	expect_nothing(tracer, port);
}

static void udp_autobind_send(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct tracer *tracer = tracer_start();
	int fd = udp_socket();
	int port;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)) != 1)
		test_fail("sendto: %s", strerror(errno));
	port = sock_port(fd);
	sock_close(fd);
	expect_nothing(tracer, port);
}

static void udp_in_use(void)
{
	struct spec spec = { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = 5353 };
	struct tracer *tracer = tracer_start();
	int fd = udp_bind("127.0.0.1", 5353);

	check(spec_try(&spec) == -EADDRINUSE, "the second bind did not fail with EADDRINUSE");
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open,close");
}

/* A bound socket stays bound when it is connected and disconnected. */
static void udp_connected(void)
{
	struct tracer *tracer = tracer_start();
	int fd = udp_bind("127.0.0.1", 5353);

	udp_connect(fd, 9);
	sock_disconnect(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open,close");
}

/* A port the kernel picked at bind is given up by connect(AF_UNSPEC). */
static void udp_unspec(void)
{
	struct tracer *tracer = tracer_start();
	int fd = udp_bind("0.0.0.0", 0);
	int port = sock_port(fd);

	udp_connect(fd, 9);
	sock_disconnect(fd);
	check(sock_port(fd) == 0, "the kernel kept the port at connect(AF_UNSPEC)");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, port, "open,close");
}

static void udp_same_port_as_tcp(void)
{
	struct tracer *tracer = tracer_start();
	int tcp = tcp_listen("127.0.0.1", 8080);
	int udp = udp_bind("127.0.0.1", 8080);

	expect_text(tracer_expect(tracer, "open", 8080), "proto", "tcp");
	expect_text(tracer_expect(tracer, "open", 8080), "proto", "udp");
	sock_close(tcp);
	sock_close(udp);
	expect_text(tracer_expect(tracer, "close", 8080), "proto", "tcp");
	expect_text(tracer_expect(tracer, "close", 8080), "proto", "udp");
}

const struct test udp_tests[] = {
	{ "udp-v4", "an IPv4 bind: one open, one close", udp_v4, 0 },
	{ "udp-v6", "an IPv6 bind: one open, one close", udp_v6, 0 },
	{ "udp-port0", "a bind to port 0 is an open, the real port is told", udp_port0, 0 },
	{ "udp-autobind-connect", "a port picked at connect opens nothing", udp_autobind_connect,
	  0 },
	{ "udp-autobind-send", "a port picked at sendto opens nothing", udp_autobind_send, 0 },
	{ "udp-in-use", "a bind that fails with EADDRINUSE makes no event", udp_in_use, 0 },
	{ "udp-connected", "connect and disconnect do not close a bound port", udp_connected, 0 },
	{ "udp-unspec", "a port given up by connect(AF_UNSPEC) closes once", udp_unspec, 0 },
	{ "udp-and-tcp", "the same number is another port by another protocol",
	  udp_same_port_as_tcp, 0 },
	{ 0 },
};
