// SPDX-License-Identifier: GPL-2.0-only
/* TCP: one socket, one process. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "event.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

struct expected {
	const char *proto;
	const char *family;
	const char *addr;
	const char *scope;
};

static void expect_address(const struct event *event, const struct expected *want, int port)
{
	expect_text(event, "proto", want->proto);
	expect_text(event, "family", want->family);
	expect_text(event, "local.addr", want->addr);
	expect_num(event, "local.port", port);
	expect_text(event, "scope", want->scope);
	expect_process(event, getpid());
}

/* Opens, looks at the open, closes, looks at the close. The open is the result. */
static const struct event *open_and_close(const struct spec *spec, const struct expected *want)
{
	struct tracer *tracer = tracer_start();
	long long start = now_ms();
	const struct event *opened, *closed;
	int fd = spec_open(spec);
	int port = sock_port(fd);

	opened = tracer_expect(tracer, "open", port);
	expect_address(opened, want, port);
	expect_num(opened, "backlog", BACKLOG);
	expect_cookie(opened, fd);
	expect_bool(opened, "socket.reuseport", false);
	sock_close(fd);
	closed = tracer_expect(tracer, "close", port);
	expect_address(closed, want, port);
	expect_text(closed, "reason", "closed");
	check(event_num(closed, "lifetime_ns") > 0, "no lifetime in %s", closed->line);
	check(event_num(closed, "lifetime_ns") / 1000000 <= now_ms() - start,
	      "too long a lifetime in %s", closed->line);
	tracer_sync(tracer);
	tracer_history(tracer, port, "open,close");
	return opened;
}

static void tcp_v4(void)
{
	open_and_close(&(struct spec){ .addr = "127.0.0.1", .port = 8080 },
		       &(struct expected){ "tcp", "ipv4", "127.0.0.1", "loopback" });
}

static void tcp_v6(void)
{
	open_and_close(&(struct spec){ .addr = "::1", .port = 8080 },
		       &(struct expected){ "tcp", "ipv6", "::1", "loopback" });
}

static void tcp_dual(void)
{
	const struct event *opened;

	opened = open_and_close(&(struct spec){ .addr = "::", .port = 8080 },
				&(struct expected){ "tcp", "ipv6", "::", "any" });
	expect_bool(opened, "socket.v6only", false);
}

static void tcp_v6only(void)
{
	const struct event *opened;

	opened = open_and_close(&(struct spec){ .addr = "::", .port = 8080, .flags = SPEC_V6ONLY },
				&(struct expected){ "tcp", "ipv6", "::", "any" });
	expect_bool(opened, "socket.v6only", true);
}

static void tcp_mapped(void)
{
	struct tracer *tracer = tracer_start();
	const struct event *opened;
	json_t *mapped;
	int fd = tcp_listen("::ffff:127.0.0.1", 8080);

	opened = tracer_expect(tracer, "open", 8080);
	expect_text(opened, "local.addr", "127.0.0.1");
	expect_text(opened, "scope", "loopback");
	mapped = event_get(opened, "local.mapped");
	if (!mapped)
		mapped = event_get(opened, "mapped");
	check(json_is_true(mapped), "no \"mapped\":true in %s", opened->line);
	sock_close(fd);
	expect_text(tracer_expect(tracer, "close", 8080), "local.addr", "127.0.0.1");
}

static void tcp_port0(void)
{
	open_and_close(&(struct spec){ .addr = "127.0.0.1", .port = 0 },
		       &(struct expected){ "tcp", "ipv4", "127.0.0.1", "loopback" });
}

static void tcp_no_bind(void)
{
	open_and_close(&(struct spec){ .addr = "0.0.0.0", .flags = SPEC_NO_BIND },
		       &(struct expected){ "tcp", "ipv4", "0.0.0.0", "any" });
	open_and_close(&(struct spec){ .addr = "::", .flags = SPEC_NO_BIND },
		       &(struct expected){ "tcp", "ipv6", "::", "any" });
}

static void tcp_bind_only(void)
{
	struct tracer *tracer = tracer_start();

	sock_close(spec_open(
		&(struct spec){ .addr = "127.0.0.1", .port = 8080, .flags = SPEC_NO_LISTEN }));
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "");
}

static void tcp_relisten(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);

	sock_listen(fd, 50);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void tcp_relisten_change(void)
{
	struct tracer *tracer = tracer_start_events("open,close,change");
	int fd = tcp_listen("127.0.0.1", 8080);

	sock_listen(fd, 50);
	sock_listen(fd, 50);
	sock_close(fd);
	expect_num(tracer_expect(tracer, "open", 8080), "backlog", BACKLOG);
	expect_num(tracer_expect(tracer, "change", 8080), "backlog", 50);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,change,close");
}

static void tcp_in_use(void)
{
	struct spec spec = { .addr = "127.0.0.1",
			     .port = 8080,
			     .flags = SPEC_REUSEADDR | SPEC_NO_LISTEN };
	struct tracer *tracer = tracer_start();
	int first = spec_open(&spec);
	int second = spec_open(&spec);

	sock_listen(first, BACKLOG);
	check(listen(second, BACKLOG) < 0 && errno == EADDRINUSE,
	      "the second listen did not fail with EADDRINUSE");
	sock_close(second);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	sock_close(first);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void tcp_shutdown(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);

	if (shutdown(fd, SHUT_RDWR))
		test_fail("shutdown: %s", strerror(errno));
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void tcp_unspec(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);

	sock_disconnect(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void tcp_reopen(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);

	if (shutdown(fd, SHUT_RDWR))
		test_fail("shutdown: %s", strerror(errno));
	sock_listen(fd, BACKLOG); /* the same socket, its port is still bound */
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close,open,close");
}

static void tcp_dup(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);
	int copy = dup(fd);

	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	sock_close(copy);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void tcp_connections(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);

	for (int i = 0; i < 100; i++) {
		int client = tcp_connect(0, 8080);
		int server = accept(fd, NULL, NULL);

		sock_close(i % 2 ? client : server);
		sock_close(i % 2 ? server : client);
	}
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	check(tracer_count(tracer, NULL, 0) == 1, "the connections made events of other ports");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static const struct {
	const char *addr;
	const char *scope;
	int type;
} scopes[] = {
	{ "127.1.2.3", "loopback", 0 },
	{ "10.1.2.3", "private", 0 },
	{ "172.31.255.254", "private", 0 },
	{ "172.32.0.1", "public", 0 },
	{ "192.168.1.1", "private", 0 },
	{ "100.64.0.1", "private", 0 },
	{ "169.254.7.7", "link", 0 },
	{ "8.8.8.8", "public", 0 },
	{ "224.0.0.251", "multicast", SOCK_DGRAM },
	{ "fe80::1", "link", 0 },
	{ "fd00::1", "private", 0 },
	{ "2606:4700::1111", "public", 0 },
	{ "ff02::fb", "multicast", SOCK_DGRAM },
};

static void scope_of_address(void)
{
	struct tracer *tracer = tracer_start();

	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		struct spec spec = { .type = scopes[i].type,
				     .addr = scopes[i].addr,
				     .port = 8000 + (int)i,
				     .flags = SPEC_FREEBIND };
		const struct event *opened;
		int fd = spec_open(&spec);

		opened = tracer_expect(tracer, "open", spec.port);
		expect_text(opened, "local.addr", spec.addr);
		expect_text(opened, "scope", scopes[i].scope);
		sock_close(fd);
		tracer_expect(tracer, "close", spec.port);
	}
}

const struct test tcp_tests[] = {
	{ "tcp-v4", "an IPv4 listener: one open, one close, with all it is", tcp_v4, 0 },
	{ "tcp-v6", "an IPv6 listener: one open, one close", tcp_v6, 0 },
	{ "tcp-dual", "a dual-stack listener is one IPv6 event, v6only false", tcp_dual, 0 },
	{ "tcp-v6only", "an IPv6-only listener says so", tcp_v6only, 0 },
	{ "tcp-mapped", "an IPv4-mapped address is told as IPv4, mapped", tcp_mapped, 0 },
	{ "tcp-port0", "the port the kernel picked at bind is told", tcp_port0, 0 },
	{ "tcp-no-bind", "listen without bind: one open, the real port", tcp_no_bind, 0 },
	{ "tcp-bind-only", "a bind that does not listen opens nothing", tcp_bind_only, 0 },
	{ "tcp-relisten", "a second listen is no second open", tcp_relisten, 0 },
	{ "tcp-relisten-change", "a second listen is a change of backlog", tcp_relisten_change, 0 },
	{ "tcp-in-use", "a listen that fails with EADDRINUSE makes no event", tcp_in_use, 0 },
	{ "tcp-shutdown", "shutdown closes the port, close does not again", tcp_shutdown, 0 },
	{ "tcp-unspec", "connect(AF_UNSPEC) closes the port, once", tcp_unspec, 0 },
	{ "tcp-reopen", "a socket may listen, stop and listen again", tcp_reopen, 0 },
	{ "tcp-dup", "only the last of two descriptors closes the port", tcp_dup, 0 },
	{ "tcp-connections", "connections to a listener are no events", tcp_connections, 0 },
	{ "scope", "the scope of each kind of address", scope_of_address, 0 },
	{ 0 },
};
