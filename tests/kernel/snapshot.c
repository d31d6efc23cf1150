// SPDX-License-Identifier: GPL-2.0-only
/* What was open before the trace began. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

static void expect_existing(struct tracer *tracer, int port, const char *proto, const char *addr)
{
	const struct event *existing = tracer_expect(tracer, "existing", port);

	expect_text(existing, "proto", proto);
	expect_text(existing, "local.addr", addr);
	check(event_holders(existing) == 1 && event_held_by(existing, getpid()),
	      "expected this process as the one holder in %s", existing->line);
	tracer_history(tracer, port, "existing");
}

static void existing_all(void)
{
	static const struct spec specs[] = {
		{ .addr = "127.0.0.1", .port = 8080 },
		{ .addr = "::", .port = 8081 },
		{ .type = SOCK_DGRAM, .addr = "0.0.0.0", .port = 8082 },
		{ .type = SOCK_DGRAM, .addr = "::1", .port = 8083 },
	};
	struct tracer *tracer;
	int fds[ARRAY_SIZE(specs)];

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		fds[i] = spec_open(&specs[i]);
	tracer = tracer_start();
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		expect_existing(tracer, specs[i].port, specs[i].type ? "udp" : "tcp",
				specs[i].addr);
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		sock_close(fds[i]);
	tracer_sync(tracer);
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		tracer_history(tracer, specs[i].port, "existing,close");
}

static void existing_close(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct tracer *tracer = tracer_start();
	const struct event *closed;

	sock_close(fd);
	closed = tracer_expect(tracer, "close", 8080);
	expect_text(closed, "local.addr", "127.0.0.1");
	expect_text(closed, "reason", "closed");
	expect_num(closed, "process.pid", getpid());
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

static void existing_shutdown(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct tracer *tracer = tracer_start();

	if (shutdown(fd, SHUT_RDWR))
		test_fail("shutdown: %s", strerror(errno));
	tracer_expect(tracer, "close", 8080);
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

static void existing_unspec(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct tracer *tracer = tracer_start();

	sock_disconnect(fd);
	tracer_expect(tracer, "close", 8080);
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

static void existing_relisten(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct tracer *tracer = tracer_start_events("open,close,change");

	sock_listen(fd, 50);
	expect_num(tracer_expect(tracer, "change", 8080), "backlog", 50);
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,change,close");
}

/* A socket only bound before the trace listens during it. */
static void existing_bound(void)
{
	struct spec spec = { .addr = "127.0.0.1", .port = 8080, .flags = SPEC_NO_LISTEN };
	int fd = spec_open(&spec);
	struct tracer *tracer = tracer_start();

	tracer_history(tracer, 8080, "");
	sock_listen(fd, BACKLOG);
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void existing_holders(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct child first = child_start(wait_for_end, NULL);
	struct child second = child_start(wait_for_end, NULL);
	struct tracer *tracer = tracer_start();
	const struct event *existing = tracer_expect(tracer, "existing", 8080);

	check(event_holders(existing) == 3 && event_held_by(existing, getpid()) &&
		      event_held_by(existing, first.pid) && event_held_by(existing, second.pid),
	      "expected processes %d, %d and %d as the holders in %s", getpid(), first.pid,
	      second.pid, existing->line);
	sock_close(fd);
	child_kill(&first);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing");
	child_kill(&second);
	expect_num(tracer_expect(tracer, "close", 8080), "process.pid", second.pid);
}

static void existing_in_flight(void)
{
	struct tracer *tracer;
	const struct event *existing;
	int pair[2];
	int fd = tcp_listen("127.0.0.1", 8080);

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		test_fail("socketpair: %s", strerror(errno));
	fd_send(pair[0], fd);
	sock_close(fd);
	tracer = tracer_start();
	existing = tracer_expect(tracer, "existing", 8080);
	check(event_holders(existing) == 0, "expected no holder in %s", existing->line);
	sock_close(fd_receive(pair[1]));
	tracer_expect(tracer, "close", 8080);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

/* A listener of another family, in the table of the same process, hides nobody. */
static void existing_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX,
				    .sun_path = "\0porttrace-existing-unix" };
	int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd;
	struct tracer *tracer;

	if (local < 0 || bind(local, (struct sockaddr *)&addr, sizeof(addr)) || listen(local, 5))
		test_fail("a Unix listener: %s", strerror(errno));
	fd = tcp_listen("127.0.0.1", 8080);
	tracer = tracer_start();
	check(event_held_by(tracer_expect(tracer, "existing", 8080), getpid()),
	      "expected process %d as the holder", getpid());
	sock_close(local);
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

static void existing_connections(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	int client = tcp_connect(0, 8080);
	int server = accept(fd, NULL, NULL);
	struct tracer *tracer = tracer_start();

	tracer_expect(tracer, "existing", 8080);
	sock_close(server);
	sock_close(client);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing");
}

const struct test snapshot_tests[] = {
	{ "existing", "TCP and UDP, IPv4 and IPv6: each told once, with its holder", existing_all,
	  0 },
	{ "existing-close", "a listener older than the trace closes once", existing_close, 0 },
	{ "existing-shutdown", "shutdown of a listener older than the trace", existing_shutdown,
	  0 },
	{ "existing-unspec", "connect(AF_UNSPEC) of a listener older than the trace",
	  existing_unspec, 0 },
	{ "existing-relisten", "a new backlog of a listener older than the trace",
	  existing_relisten, 0 },
	{ "existing-bound", "a socket bound before the trace opens when it listens", existing_bound,
	  0 },
	{ "existing-holders", "all processes that hold a listener are told", existing_holders, 0 },
	{ "existing-in-flight", "a listener in flight is told, without holders", existing_in_flight,
	  0 },
	{ "existing-unix", "a Unix listener hides no holder", existing_unix, 0 },
	{ "existing-connections", "connections are not in the snapshot", existing_connections, 0 },
	{ 0 },
};
