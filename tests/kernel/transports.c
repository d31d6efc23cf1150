// SPDX-License-Identifier: GPL-2.0-only
/* Connections of MPTCP, listeners of SCTP, peers of UDP-Lite; callers of 32 bits. */
#define _GNU_SOURCE 1

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "await.h"
#include "doctor.h"
#include "peer.h"
#include "tests.h"

/* The subflow is TCP; what the process has is MPTCP. */
static void expect_mptcp(const struct event *event)
{
	check(!strcmp(event->proto, "mptcp") || json_is_true(event_get(event, "socket.mptcp")),
	      "MPTCP is not told in %s", event->line);
}

static void mptcp_once(struct tracer *tracer, int listener)
{
	int client = tcp_connect(IPPROTO_MPTCP, 8080), server = accept(listener, NULL, NULL);
	int port = sock_port(client);

	if (server < 0)
		test_fail("accept: %s", strerror(errno));
	expect_mptcp(tracer_expect(tracer, "connect", port));
	expect_mptcp(tracer_expect(tracer, "accept", 8080));
	sock_close(client);
	sock_close(server);
	tracer_expect(tracer, "end", port);
	tracer_expect(tracer, "end", 8080);
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,end");
}

static void mptcp_connections(void)
{
	struct spec spec = { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1", .port = 8080 };
	struct tracer *tracer;
	int listener;

	skip_unless_supported(SOCK_STREAM, IPPROTO_MPTCP, "MPTCP");
	tracer = conn_tracer("");
	listener = spec_open(&spec);
	for (int i = 0; i < 3; i++)
		mptcp_once(tracer, listener);
	check(tracer_count(tracer, "accept", 8080) == 3, "not three `accept`s");
	check(tracer_count(tracer, "end", 8080) == 3, "not three `end`s of the server's");
	check(tracer_count(tracer, "close", 8080) == 0, "a connection closed the listener");
	sock_close(listener);
	tracer_sync_all(tracer);
	check(tracer_count(tracer, "close", 8080) == 1, "not one `close`");
}

static void sctp_listener(void)
{
	struct spec spec = { .protocol = IPPROTO_SCTP, .addr = "127.0.0.1", .port = 8080 };
	const struct event *event;
	struct tracer *tracer;
	int fd;

	skip_unless_supported(SOCK_STREAM, IPPROTO_SCTP, "SCTP");
	need("sctp");
	tracer = tracer_start();
	fd = spec_open(&spec);
	event = tracer_expect(tracer, "open", 8080);
	expect_text(event, "proto", "sctp");
	expect_text(event, "local.addr", "127.0.0.1");
	expect_process(event, getpid());
	sock_close(fd);
	expect_text(tracer_expect(tracer, "close", 8080), "proto", "sctp");
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

/* The module is loaded while we look, and there is no descriptor left for its hook. */
static void sctp_comes_unseen(void)
{
	const struct rlimit none = { 3, 3 };
	struct tracer *tracer;
	int fd;

	need("sctp");
	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
	check(!mount("none", "/sys/module", "tmpfs", 0, NULL), "mount: %s", strerror(errno));
	fd = tcp_listen("127.0.0.1", 8080);
	tracer = tracer_launch(&(struct launch){ .text = true });
	await_text(tracer, ":8080"); /* what waits to be attached is known by then */
	check(!prlimit(tracer->pid, RLIMIT_NOFILE, &none, NULL), "prlimit: %s", strerror(errno));
	check(!mkdir("/sys/module/sctp", 0700), "mkdir: %s", strerror(errno));
	await_text(tracer, "sctp: cannot be seen from now on: its hook did not attach");
	sock_close(fd);
}

static void udplite_peer(void)
{
	struct spec spec = { .type = SOCK_DGRAM,
			     .protocol = IPPROTO_UDPLITE,
			     .addr = "127.0.0.1",
			     .flags = SPEC_NO_BIND };
	struct tracer *tracer;
	int fd, port;

	skip_unless_supported(SOCK_DGRAM, IPPROTO_UDPLITE, "UDP-Lite");
	need("connect udp");
	need("end udp");
	tracer = conn_tracer("");
	fd = spec_open(&spec);
	udp_connect(fd, 9);
	port = sock_port(fd);
	expect_text(tracer_expect(tracer, "connect", port), "proto", "udplite");
	sock_close(fd);
	expect_text(tracer_expect(tracer, "end", port), "proto", "udplite");
	tracer_sync_all(tracer);
	tracer_history(tracer, port, "connect,end");
}

#ifdef __x86_64__
#define NR32_BIND 361
#define NR32_CONNECT 362

/* As a 32-bit program calls; addr must lie below 4 GiB. */
static long call32(long nr, int fd, const void *addr, long len)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"((long)fd), "c"(addr), "d"(len)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static struct sockaddr_in *low_address(int port)
{
	struct sockaddr_in *addr = mmap(NULL, sizeof(*addr), PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (addr == MAP_FAILED)
		test_fail("mmap: %s", strerror(errno));
	*addr = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

/* Binds a port that is taken, then connects. */
static void call_by_int80(int ctl, void *arg)
{
	int bound = sock_open("127.0.0.1", 0, 0), client = sock_open("127.0.0.1", 0, 0);

	(void)arg;
	number_give(ctl, call32(NR32_BIND, bound, low_address(LINK_PORT), 16));
	number_give(ctl, call32(NR32_CONNECT, client, low_address(LINK_PORT), 16));
	number_give(ctl, sock_port(client));
	step_await(ctl);
}

static void int80_connect(void)
{
	struct tracer *tracer = conn_tracer("");
	int listener = tcp_listen("127.0.0.1", LINK_PORT);
	struct child child = child_start(call_by_int80, NULL);
	const struct event *event;
	long ret = 0;
	int port;

	if (recv(child.ctl, &ret, sizeof(ret), 0) != sizeof(ret))
		test_skip("this kernel takes no 32-bit calls (CONFIG_IA32_EMULATION)");
	check(ret == -EADDRINUSE, "bind by int 0x80: %ld", ret);
	check(number_await(child.ctl) == 0, "connect by int 0x80 failed");
	port = (int)number_await(child.ctl);
	event = tracer_expect(tracer, "connect", port);
	expect_owner(event, child.pid);
	expect_text(event, "origin", "syscall");
	if (given_by("fail", "fentry") || given_by("fail", "kprobe")) {
		event = tracer_expect(tracer, "fail", LINK_PORT);
		expect_text(event, "op", "bind");
		expect_text(event, "errno", "EADDRINUSE");
		expect_process(event, child.pid);
	}
	step_give(child.ctl);
	child_join(&child);
	expect_owner(tracer_expect(tracer, "end", port), child.pid);
	sock_close(listener);
}
#else
static void int80_connect(void)
{
	test_skip("int 0x80 is of x86-64 alone");
}
#endif

const struct test transport_tests[] = {
	{ "mptcp-connections", "MPTCP: a connect, an accept, two ends; the listener stays",
	  mptcp_connections, 0 },
	{ "sctp", "an SCTP listener: one open, one close", sctp_listener, 0 },
	{ "sctp-late", "SCTP is loaded while we look and its hook does not attach: it is told",
	  sctp_comes_unseen, 0 },
	{ "udplite-peer", "UDP-Lite with a peer is told by its name", udplite_peer, 0 },
	{ "int80-connect", "a connect by a 32-bit call is told, and a bind that fails",
	  int80_connect, 0 },
	{ 0 },
};
