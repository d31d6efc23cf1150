// SPDX-License-Identifier: GPL-2.0-only
/* UDP with a peer: connect() is told, and the end of what it made. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "peer.h"
#include "tests.h"

#define NS_PER_MS 1000000LL

static int udp_socket(const char *addr)
{
	return spec_open(&(struct spec){ .type = SOCK_DGRAM, .addr = addr, .flags = SPEC_NO_BIND });
}

static void connect_to(int fd, const char *addr, int port)
{
	check(!sock_connect(fd, addr, port), "connect: %s", strerror(errno));
}

static struct tracer *udp_tracer(void)
{
	need("connect udp");
	need("end udp");
	return conn_tracer("");
}

static void one_peer(const char *addr)
{
	struct tracer *tracer = udp_tracer();
	long long start = now_ms(), connected;
	const struct event *event;
	int fd = udp_socket(addr), port;

	connect_to(fd, addr, 9);
	connected = now_ms();
	port = sock_port(fd);
	event = tracer_expect(tracer, "connect", port);
	expect_text(event, "proto", "udp");
	expect_ends(event, addr, port, addr, 9);
	expect_process(event, getpid());
	start = now_ms() - start;
	sock_close(fd);
	event = tracer_expect(tracer, "end", port);
	expect_text(event, "proto", "udp");
	expect_ends(event, addr, port, addr, 9);
	expect_owner(event, getpid());
	check(event_num(event, "lifetime_ns") > 0, "no lifetime in %s", event->line);
	check(event_num(event, "lifetime_ns") <= (now_ms() - connected + start + 1) * NS_PER_MS,
	      "too long a lifetime in %s", event->line);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,end");
}

static void udp_connect_v4(void)
{
	one_peer("127.0.0.1");
}

static void udp_connect_v6(void)
{
	one_peer("::1");
}

/* Another peer, by the same socket. */
static void udp_reconnect(void)
{
	struct tracer *tracer = udp_tracer();
	int fd = udp_socket("127.0.0.1"), port;
	const struct event *event;

	connect_to(fd, "127.0.0.1", 9);
	connect_to(fd, "127.0.0.1", 10);
	port = sock_port(fd);
	sock_close(fd);
	expect_num(tracer_expect(tracer, "connect", port), "remote.port", 9);
	expect_num(tracer_expect(tracer, "connect", port), "remote.port", 10);
	event = tracer_expect(tracer, "end", port);
	expect_num(event, "remote.port", 10);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,connect,end");
}

/* No peer, no end: what was never connected. */
static void udp_never(void)
{
	struct tracer *tracer = udp_tracer();
	int fd = udp_bind("127.0.0.1", 5353);

	sock_close(fd);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "connect", 0) == 0, "a `connect`, and there was none");
	check(tracer_count(tracer, "end", 0) == 0, "an `end` of what had no peer");
}

/* connect(AF_UNSPEC) gives up the peer and a port nobody asked for. */
static void udp_disconnect(void)
{
	struct tracer *tracer = udp_tracer();
	int fd = udp_socket("127.0.0.1"), port;

	connect_to(fd, "127.0.0.1", 9);
	port = sock_port(fd);
	sock_disconnect(fd);
	connect_to(fd, "127.0.0.1", 10);
	check(sock_port(fd) > 0, "the kernel picked no port");
	sock_close(fd);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "connect", 0) == 2, "not two `connect`s");
	check(tracer_with_remote(tracer, "end", 10), "no `end` of the second peer");
	check(tracer_count(tracer, "end", 0) <= 2, "more ends than connects");
	check(tracer_count(tracer, "open", 0) == 0, "a port the kernel picked was told as open");
	check(port > 0, "the kernel picked no port");
}

/* A port bound to 0, given up by connect(AF_UNSPEC): it closes, at the latest with its socket. */
static void udp_give_up(void)
{
	struct tracer *tracer = udp_tracer();
	int fd = udp_bind("127.0.0.1", 0), port = sock_port(fd);

	connect_to(fd, "127.0.0.1", 9);
	sock_disconnect(fd);
	check(sock_port(fd) == 0, "the kernel kept the port at connect(AF_UNSPEC)");
	tracer_expect(tracer, "close", port); /* seen at the call: `connect udp` is covered */
	sock_close(fd);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "close", port) == 1, "more than one `close`");
}

static void udp_unreachable(void)
{
	struct tracer *tracer;
	const struct event *event;
	int fd;

	need_seen("fail", "address");
	tracer = udp_tracer();
	fd = udp_socket("0.0.0.0");
	check(sock_connect(fd, "192.0.2.1", 9) && errno == ENETUNREACH, "there is a route");
	sock_close(fd);
	tracer_sync_all(tracer);
	event = tracer_with_remote(tracer, "fail", 9);
	check(event, "no `fail` of a UDP connect");
	expect_text(event, "proto", "udp");
	expect_text(event, "op", "connect");
	expect_text(event, "errno", "ENETUNREACH");
	expect_text(event, "remote.addr", "192.0.2.1");
	expect_process(event, getpid());
	check(tracer_count(tracer, NULL, 0) == 1, "a connect that failed made other events");
}

const struct test udp_peer_tests[] = {
	{ "udp-peer-v4", "a UDP connect and its end", udp_connect_v4, 0 },
	{ "udp-peer-v6", "the same by IPv6", udp_connect_v6, 0 },
	{ "udp-peer-again", "another peer is another connect, the socket ends once", udp_reconnect,
	  0 },
	{ "udp-peer-never", "a UDP socket without a peer neither connects nor ends", udp_never, 0 },
	{ "udp-peer-dropped", "a peer given up, and another one", udp_disconnect, 0 },
	{ "udp-peer-port", "connect(AF_UNSPEC) closes a port nobody locked, at once", udp_give_up,
	  0 },
	{ "udp-peer-unreachable", "a UDP connect that fails is one `fail`", udp_unreachable, 0 },
	{ 0 },
};
