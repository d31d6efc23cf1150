// SPDX-License-Identifier: GPL-2.0-only
/* Binds: those that open nothing, those the kernel makes for a client, those that fail. */
#define _GNU_SOURCE 1

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "netns.h"
#include "peer.h"
#include "tests.h"

#define NOBODY 65534

static void expect_bind(struct tracer *tracer, int port, const char *proto, bool autobind)
{
	const struct event *event = tracer_expect(tracer, "bind", port);

	expect_text(event, "proto", proto);
	expect_bool(event, "autobind", autobind);
	expect_process(event, getpid());
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "bind", port) == 1, "more than one `bind` of port %d", port);
}

static void bind_tcp(const char *addr, int port)
{
	struct tracer *tracer;
	int fd;

	need("bind");
	tracer = conn_tracer(",bind");
	fd = spec_open(&(struct spec){ .addr = addr, .port = port, .flags = SPEC_NO_LISTEN });
	port = sock_port(fd);
	expect_bind(tracer, port, "tcp", false);
	tracer_history(tracer, port, "bind");
	sock_close(fd);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "bind");
}

static void bind_v4(void)
{
	bind_tcp("127.0.0.1", 7070);
}

static void bind_v6(void)
{
	bind_tcp("::1", 7070);
}

static void bind_port0(void)
{
	bind_tcp("127.0.0.1", 0);
}

/* A bind of UDP opens its port: that is told, and a `bind` is not. */
static void bind_udp(void)
{
	struct tracer *tracer;
	int fd, port;

	need("bind");
	tracer = conn_tracer(",bind");
	fd = udp_bind("127.0.0.1", 0);
	port = sock_port(fd);
	udp_connect(fd, 9);
	sock_close(fd);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "open", port) == 1, "not one `open`");
	check(tracer_count(tracer, "bind", port) == 0, "a `bind` of a port that was told as open");
}

static void autobind_tcp(const char *addr)
{
	struct tracer *tracer;
	int listener, client;

	need("autobind");
	tracer = conn_tracer(",bind");
	listener = tcp_listen(addr, LINK_PORT);
	client = sock_open(addr, 0, 0);
	check(!sock_connect(client, addr, LINK_PORT), "connect: %s", strerror(errno));
	expect_bind(tracer, sock_port(client), "tcp", true);
	sock_close(client);
	sock_close(listener);
}

static void autobind_v4(void)
{
	autobind_tcp("127.0.0.1");
}

static void autobind_v6(void)
{
	autobind_tcp("::1");
}

/* Bound to port 0 and then connected: the port was asked for. */
static void bound_client(void)
{
	struct tracer *tracer;
	int listener, client;

	need("autobind");
	need("bind");
	tracer = conn_tracer(",bind");
	listener = tcp_listen("127.0.0.1", LINK_PORT);
	client = spec_open(&(struct spec){ .addr = "127.0.0.1", .flags = SPEC_NO_LISTEN });
	check(!sock_connect(client, "127.0.0.1", LINK_PORT), "connect: %s", strerror(errno));
	expect_bind(tracer, sock_port(client), "tcp", false);
	sock_close(client);
	sock_close(listener);
}

static int udp_socket(void)
{
	return spec_open(
		&(struct spec){ .type = SOCK_DGRAM, .addr = "0.0.0.0", .flags = SPEC_NO_BIND });
}

static void autobind_udp_connect(void)
{
	struct tracer *tracer;
	int fd;

	need("autobind");
	tracer = conn_tracer(",bind");
	fd = udp_socket();
	udp_connect(fd, 9);
	expect_bind(tracer, sock_port(fd), "udp", true);
	sock_close(fd);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "open", 0) == 0, "a port the kernel picked was told as open");
}

static void autobind_udp_send(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct tracer *tracer;
	int fd;

	need_seen("autobind", "sendto");
	tracer = conn_tracer(",bind");
	fd = udp_socket();
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)) == 1, "sendto: %s", strerror(errno));
	expect_bind(tracer, sock_port(fd), "udp", true);
	sock_close(fd);
}

/* --- failures ------------------------------------------------------------- */

struct failure {
	struct spec spec;
	const char *proto;
	const char *op;
	int errnum;
	const char *name;
};

static void become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		test_fail("setresuid: %s", strerror(errno));
}

static void try_it(int ctl, void *arg)
{
	const struct failure *failure = arg;

	if (failure->errnum == EACCES)
		become_nobody();
	number_give(ctl, spec_try(&failure->spec));
	step_await(ctl);
}

static void expect_fail(struct tracer *tracer, const struct failure *failure, pid_t pid)
{
	const struct event *event = tracer_expect(tracer, "fail", failure->spec.port);

	expect_text(event, "proto", failure->proto);
	expect_text(event, "op", failure->op);
	expect_text(event, "errno", failure->name);
	expect_text(event, "local.addr", failure->spec.addr);
	expect_process(event, pid);
	check(!event_get(event, "remote"), "a remote end in %s", event->line);
	if (failure->errnum == EACCES)
		expect_num(event, "process.uid", NOBODY);
}

static void run_failures(const struct failure *failures, size_t count)
{
	struct tracer *tracer;

	need_seen("fail", "address");
	tracer = conn_tracer("");
	for (size_t i = 0; i < count; i++) {
		struct failure failure = failures[i];
		struct child child = child_start(try_it, &failure);

		check(number_await(child.ctl) == -failure.errnum, "%s of [%s]:%d: expected %s",
		      failure.op, failure.spec.addr, failure.spec.port, failure.name);
		expect_fail(tracer, &failure, child.pid);
		step_give(child.ctl);
		child_join(&child);
	}
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "fail", 0) == count, "%u `fail`s of %zu failures",
	      tracer_count(tracer, "fail", 0), count);
	check(tracer_count(tracer, "open", 0) + tracer_count(tracer, "close", 0) == 0,
	      "a bind that failed was told as open");
}

static void bind_in_use(void)
{
	static const struct failure failures[] = {
		{ { .addr = "127.0.0.1", .port = 7070 }, "tcp", "bind", EADDRINUSE, "EADDRINUSE" },
		{ { .addr = "::1", .port = 7071 }, "tcp", "bind", EADDRINUSE, "EADDRINUSE" },
		{ { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = 7070 },
		  "udp",
		  "bind",
		  EADDRINUSE,
		  "EADDRINUSE" },
		{ { .type = SOCK_DGRAM, .addr = "::1", .port = 7071 },
		  "udp",
		  "bind",
		  EADDRINUSE,
		  "EADDRINUSE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		spec_open(&failures[i].spec);
	run_failures(failures, ARRAY_SIZE(failures));
}

static void bind_not_available(void)
{
	static const struct failure failures[] = {
		{ { .addr = "192.0.2.1", .port = 7070 },
		  "tcp",
		  "bind",
		  EADDRNOTAVAIL,
		  "EADDRNOTAVAIL" },
		{ { .addr = "2001:db8::1", .port = 7070 },
		  "tcp",
		  "bind",
		  EADDRNOTAVAIL,
		  "EADDRNOTAVAIL" },
		{ { .type = SOCK_DGRAM, .addr = "192.0.2.1", .port = 7071 },
		  "udp",
		  "bind",
		  EADDRNOTAVAIL,
		  "EADDRNOTAVAIL" },
		{ { .type = SOCK_DGRAM, .addr = "2001:db8::1", .port = 7071 },
		  "udp",
		  "bind",
		  EADDRNOTAVAIL,
		  "EADDRNOTAVAIL" },
	};

	run_failures(failures, ARRAY_SIZE(failures));
}

static void bind_forbidden(void)
{
	static const struct failure failures[] = {
		{ { .addr = "127.0.0.1", .port = 80 }, "tcp", "bind", EACCES, "EACCES" },
		{ { .addr = "::1", .port = 80 }, "tcp", "bind", EACCES, "EACCES" },
		{ { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = 81 },
		  "udp",
		  "bind",
		  EACCES,
		  "EACCES" },
	};

	check(!sysctl_set("net/ipv4/ip_unprivileged_port_start", "1024"),
	      "ip_unprivileged_port_start cannot be set: %s", strerror(errno));
	run_failures(failures, ARRAY_SIZE(failures));
}

/* Two sockets share a port until one listens. */
static void listen_in_use(void)
{
	struct spec spec = { .addr = "127.0.0.1",
			     .port = 8080,
			     .flags = SPEC_REUSEADDR | SPEC_NO_LISTEN };
	struct failure failure = { spec, "tcp", "listen", EADDRINUSE, "EADDRINUSE" };
	struct tracer *tracer;
	int first, second;

	need("fail");
	tracer = conn_tracer("");
	first = spec_open(&spec);
	second = spec_open(&spec);
	sock_listen(first, BACKLOG);
	check(listen(second, BACKLOG) && errno == EADDRINUSE,
	      "the second listen did not fail with EADDRINUSE");
	expect_fail(tracer, &failure, getpid());
	sock_close(second);
	sock_close(first);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "fail", 8080) == 1, "more than one `fail`");
	check(tracer_count(tracer, "open", 8080) == 1, "more than one `open`");
	check(tracer_count(tracer, "close", 8080) == 1, "more than one `close`");
}

#define FAILS "address, port, errno and process of a bind that fails: "

const struct test bind_tests[] = {
	{ "bind-v4", "a TCP bind that opens nothing is one `bind`", bind_v4, 0 },
	{ "bind-v6", "the same by IPv6", bind_v6, 0 },
	{ "bind-port0", "a bind to port 0 is no autobind, its real port is told", bind_port0, 0 },
	{ "bind-udp", "a UDP bind is an `open` and no `bind`", bind_udp, 0 },
	{ "autobind-v4", "the port connect picked is a `bind`, autobind", autobind_v4, 0 },
	{ "autobind-v6", "the same by IPv6", autobind_v6, 0 },
	{ "bound-client", "a client that was bound on purpose is no autobind", bound_client, 0 },
	{ "autobind-udp-connect", "the port a UDP connect picked is a `bind`, autobind",
	  autobind_udp_connect, 0 },
	{ "autobind-udp-send", "the port a sendto() picked is a `bind`, autobind",
	  autobind_udp_send, 0 },
	{ "bind-in-use", FAILS "EADDRINUSE", bind_in_use, 0 },
	{ "bind-not-available", FAILS "EADDRNOTAVAIL", bind_not_available, 0 },
	{ "bind-forbidden", FAILS "EACCES", bind_forbidden, 0 },
	{ "listen-in-use", "a listen that fails is one `fail`, no open and close", listen_in_use,
	  0 },
	{ 0 },
};
