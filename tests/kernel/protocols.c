// SPDX-License-Identifier: GPL-2.0-only
/* Protocols beside TCP and UDP, and other ways into the kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"
#include "uring.h"

static void mptcp_exchange(int listener, int protocol)
{
	int client = tcp_connect(protocol, 8080);
	int server = accept(listener, NULL, NULL);

	if (server < 0)
		test_fail("accept: %s", strerror(errno));
	sock_close(server);
	sock_close(client);
}

static void mptcp_listener(void)
{
	struct spec spec = { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1", .port = 8080 };
	struct tracer *tracer;
	const struct event *opened;
	int fd;

	skip_unless_supported(SOCK_STREAM, IPPROTO_MPTCP, "MPTCP");
	tracer = tracer_start();
	fd = spec_open(&spec);
	opened = tracer_expect(tracer, "open", 8080);
	check(!strcmp(opened->proto, "mptcp") || json_is_true(event_get(opened, "socket.mptcp")),
	      "MPTCP is not told in %s", opened->line);
	expect_num(opened, "backlog", BACKLOG);
	expect_process(opened, getpid());
	mptcp_exchange(fd, IPPROTO_MPTCP);
	mptcp_exchange(fd, 0);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open");
	sock_close(fd);
	expect_process(tracer_expect(tracer, "close", 8080), getpid());
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void mptcp_snapshot(void)
{
	struct spec spec = { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1", .port = 8080 };
	struct tracer *tracer;
	int fd;

	skip_unless_supported(SOCK_STREAM, IPPROTO_MPTCP, "MPTCP");
	fd = spec_open(&spec);
	tracer = tracer_start();
	tracer_expect(tracer, "existing", 8080);
	mptcp_exchange(fd, IPPROTO_MPTCP);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing");
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "existing,close");
}

static void udplite(void)
{
	struct spec spec = {
		.type = SOCK_DGRAM, .protocol = IPPROTO_UDPLITE, .addr = "127.0.0.1", .port = 5353
	};
	struct tracer *tracer;
	int fd;

	skip_unless_supported(SOCK_DGRAM, IPPROTO_UDPLITE, "UDP-Lite");
	tracer = tracer_start();
	fd = spec_open(&spec);
	expect_text(tracer_expect(tracer, "open", 5353), "proto", "udplite");
	sock_close(fd);
	expect_text(tracer_expect(tracer, "close", 5353), "proto", "udplite");
	tracer_sync(tracer);
	tracer_history(tracer, 5353, "open,close");
}

#ifdef __x86_64__
#define NR32_LISTEN 363

/* What a 32-bit program does; without CONFIG_IA32_EMULATION it is a SIGSEGV. */
static void listen_by_int80(int ctl, void *arg)
{
	struct spec spec = { .addr = "127.0.0.1", .port = 8080, .flags = SPEC_NO_LISTEN };
	int fd = spec_open(&spec);
	long ret;

	(void)arg;
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(NR32_LISTEN), "b"(fd), "c"(BACKLOG)
			 : "memory", "r8", "r9", "r10", "r11");
	number_give(ctl, ret);
	step_await(ctl);
	sock_close(fd);
}

static void int80_listen(void)
{
	struct tracer *tracer = tracer_start();
	struct child child = child_start(listen_by_int80, NULL);
	long ret = 0;

	if (recv(child.ctl, &ret, sizeof(ret), 0) != sizeof(ret))
		test_skip("this kernel takes no 32-bit calls (CONFIG_IA32_EMULATION)");
	if (ret)
		test_skip("listen by int 0x80: %s", strerror((int)-ret));
	expect_process(tracer_expect(tracer, "open", 8080), child.pid);
	step_give(child.ctl);
	child_join(&child);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}
#else
static void int80_listen(void)
{
	test_skip("int 0x80 is of x86-64 alone");
}
#endif

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

static void uring_or_skip(int result, const char *what)
{
	if (result == -EOPNOTSUPP)
		test_skip("this kernel's io_uring has no %s (6.11)", what);
	if (result < 0)
		test_fail("%s by io_uring: %s", what, strerror(-result));
}

static void by_uring(int type, const char *proto)
{
	struct spec spec = { .type = type,
			     .addr = "127.0.0.1",
			     .flags = SPEC_NO_BIND | SPEC_NO_LISTEN };
	struct sockaddr_in addr = loopback(8080);
	struct tracer *tracer = tracer_start();
	const struct event *opened;
	struct uring uring;
	int fd = spec_open(&spec);
	int err = uring_open(&uring);

	if (err)
		test_skip("no io_uring here: %s", strerror(-err));
	uring_or_skip(uring_bind(&uring, fd, &addr, sizeof(addr)), "bind");
	if (type == SOCK_STREAM)
		uring_or_skip(uring_listen(&uring, fd, BACKLOG), "listen");
	opened = tracer_expect(tracer, "open", 8080);
	expect_text(opened, "proto", proto);
	expect_process(opened, getpid());
	expect_text(opened, "process.comm", self_comm());
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
}

static void uring_tcp(void)
{
	by_uring(SOCK_STREAM, "tcp");
}

static void uring_udp(void)
{
	by_uring(SOCK_DGRAM, "udp");
}

/* What `ss -K` does; 0, or -errno. */
static int destroy_listener(int port)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 body;
	} request = { .head = { .nlmsg_len = sizeof(request),
				.nlmsg_type = SOCK_DESTROY,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		      .body = { .sdiag_family = AF_INET,
				.sdiag_protocol = IPPROTO_TCP,
				.idiag_states = 1U << TCP_LISTEN } };
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
		char room[256];
	} answer = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		return -errno;
	request.body.id.idiag_sport = htons(port);
	request.body.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
	request.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	if (send(fd, &request, sizeof(request), 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	close(fd);
	return answer.head.nlmsg_type == NLMSG_ERROR ? answer.body.error : -EPROTO;
}

/* As `ss -K` does it: a process that has no descriptor of the listener. */
static void destroy_from_outside(int ctl, void *arg)
{
	close(*(int *)arg);
	number_give(ctl, destroy_listener(8080));
}

static void destroyed(void)
{
	struct tracer *tracer = tracer_start();
	int fd = tcp_listen("127.0.0.1", 8080);
	const struct event *closed;
	struct child outsider;
	int err;

	tracer_expect(tracer, "open", 8080);
	outsider = child_start(destroy_from_outside, &fd);
	err = (int)number_await(outsider.ctl);
	child_join(&outsider);
	if (err == -EOPNOTSUPP)
		test_skip("this kernel cannot destroy sockets (CONFIG_INET_DIAG_DESTROY)");
	check(!err, "SOCK_DESTROY: %s", strerror(-err));
	closed = tracer_expect(tracer, "close", 8080);
	sock_close(fd);
	tracer_sync(tracer);
	tracer_history(tracer, 8080, "open,close");
	expect_text(closed, "reason", "destroyed");
}

const struct test protocol_tests[] = {
	{ "mptcp", "an MPTCP listener: one open, right backlog, one close", mptcp_listener, 0 },
	{ "mptcp-snapshot", "an MPTCP listener is in the snapshot once", mptcp_snapshot, 0 },
	{ "udplite", "UDP-Lite is told by its name", udplite, 0 },
	{ "int80", "a listen by a 32-bit call is an open", int80_listen, 0 },
	{ "uring-tcp", "bind and listen by io_uring are an open, by its process", uring_tcp, 0 },
	{ "uring-udp", "a UDP bind by io_uring is an open, by its process", uring_udp, 0 },
	{ "destroyed", "a listener destroyed from outside closes once", destroyed, 0 },
	{ 0 },
};
