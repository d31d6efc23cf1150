// SPDX-License-Identifier: GPL-2.0-only
/* list: what is open now, once, and with all that hold it. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "listing.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "uring.h"

static struct listing listing;

/* Of every kind, each in one namespace. */
static void open_some(void)
{
	static const struct spec specs[] = {
		{ .addr = "127.0.0.1", .port = 8080 },
		{ .addr = "0.0.0.0", .port = 8081 },
		{ .addr = "::", .port = 8082 },
		{ .addr = "::1", .port = 8083, .flags = SPEC_V6ONLY },
		{ .type = SOCK_DGRAM, .addr = "0.0.0.0", .port = 8084 },
		{ .type = SOCK_DGRAM, .addr = "::1", .port = 8085 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
		spec_open(&specs[i]);
}

static void list_table(void)
{
	static struct table kernel, told;
	char text[256];

	open_some();
	/* Of no interest: bound and not listening, with a peer, of another family. */
	spec_open(&(struct spec){ .addr = "127.0.0.1", .port = 9000, .flags = SPEC_NO_LISTEN });
	udp_connect(udp_bind("127.0.0.1", 9001), 8084);
	listing_read(&listing, NULL);
	listing_table(&listing, &told);
	table_read(&kernel, getpid());
	check(kernel.count == 6, "%zu ports in /proc/net, expected 6", kernel.count);
	check(table_equal(&kernel, &told, text, sizeof(text)), "%s", text);
	check(listing.count == kernel.count, "%zu lines of %zu ports", listing.count, kernel.count);
}

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* --- against ss, which has to be the host's ---------------------------------------- */

#define SS "ss -Hlntue 2>/dev/null"

/* The number behind "word:" in a line of ss; 0: none. */
static unsigned long long number_behind(const char *line, const char *word, int base)
{
	const char *at = strstr(line, word);

	return at ? strtoull(at + strlen(word), NULL, base) : 0;
}

/* "127.0.0.1:8080", "[::1]%lo:53", "*:8082" */
static int port_of(const char *local)
{
	const char *colon = strrchr(local, ':');

	return colon ? atoi(colon + 1) : 0;
}

static bool listed(const char *proto, int port, unsigned long long inode, unsigned long long cookie)
{
	for (size_t i = 0; i < listing.count; i++) {
		const struct event *event = &listing.events[i];

		if (event->port == port &&
		    !strcmp(strcmp(event->proto, "mptcp") ? event->proto : "tcp", proto) &&
		    (unsigned long long)event_num_or_0(event, "socket.inode") == inode &&
		    (unsigned long long)event_num_or_0(event, "socket.cookie") == cookie)
			return true;
	}
	return false;
}

/* Every line of ss in this namespace is one of the listing, and they are as many. */
static void expect_as_ss(void)
{
	char line[1024], proto[16], local[128];
	FILE *ss = popen(SS, "r");
	size_t n = 0;

	if (!ss)
		test_fail("popen: %s", strerror(errno));
	while (fgets(line, sizeof(line), ss)) {
		if (sscanf(line, "%15s %*s %*s %*s %127s", proto, local) != 2)
			test_fail("what ss says is not understood: %s", line);
		n++;
		check(listed(proto, port_of(local), number_behind(line, "ino:", 10),
			     number_behind(line, "sk:", 16)),
		      "in ss and not in the listing: %s", line);
	}
	pclose(ss);
	check(n == listing.count, "ss has %zu lines, the listing %zu", n, listing.count);
}

static void list_ss(void)
{
	int home = netns_open(), fds[2];

	if (system("ss -Hlntu >/dev/null 2>&1"))
		test_skip("there is no ss");
	/* Where there is none it is TCP. In ss a listener of it is the TCP socket it stands on. */
	if (spec_try(&(struct spec){
		    .addr = "127.0.0.1", .port = 8086, .protocol = IPPROTO_MPTCP }) < 0)
		tcp_listen("127.0.0.1", 8086);
	listing_read(&listing, NULL);
	expect_as_ss();
	open_some();
	for (int i = 0; i < 3; i++)
		spec_open(&(struct spec){
			.addr = "127.0.0.1", .port = 8087, .flags = SPEC_REUSEPORT });
	listing_read(&listing, NULL);
	expect_as_ss();
	for (int i = 0; i < 2; i++) {
		netns_enter_new();
		open_some();
		listing_read(&listing, NULL);
		expect_as_ss();
		fds[i] = netns_open();
	}
	netns_enter(home);
	/* Again, when the cookies are made and other namespaces are there. */
	for (int i = 0; i < 2; i++) {
		netns_enter(fds[i]);
		listing_read(&listing, NULL);
		expect_as_ss();
	}
}

/* --- while others come and go ------------------------------------------------------ */

#define STEADY 40
#define FIRST_STEADY 20000
#define CHURN 1000
#define CHURN_PORTS 20
#define ROUNDS 10

static bool has_byte(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

/* Opens and closes until it is told to stop, and says how often. */
static void churn(int ctl, void *arg)
{
	int fds[CHURN_PORTS];
	long n = 0;

	(void)arg;
	for (int i = 0; i < CHURN_PORTS; i++)
		fds[i] = -1;
	step_give(ctl);
	for (; !has_byte(ctl); n++) {
		int i = (int)(n % CHURN_PORTS);

		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = i % 2 ? udp_bind("127.0.0.1", 30000 + i) :
				 tcp_listen("127.0.0.1", 30000 + i);
	}
	step_await(ctl);
	number_give(ctl, n);
}

static void expect_all_steady(const char *text)
{
	for (int i = 0; i < STEADY; i++) {
		char line[32];

		snprintf(line, sizeof(line), "\n%s,%d\n", i % 2 ? "udp" : "tcp", FIRST_STEADY + i);
		check(strstr(text, line), "%.*s was open throughout and is not listed", 9,
		      line + 1);
	}
}

static void list_churn(void)
{
	const char *args[] = {
		"list", "-o", "csv", "--columns", "proto,port", "--netns", NULL, NULL
	};
	static struct outcome outcome;
	struct child child;
	char inode[24];
	long n;

	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	args[6] = inode;
	for (int i = 0; i < STEADY; i++)
		i % 2 ? udp_bind("127.0.0.1", FIRST_STEADY + i) :
			tcp_listen("127.0.0.1", FIRST_STEADY + i);
	child = child_start(churn, NULL);
	step_await(child.ctl);
	for (int i = 0; i < ROUNDS; i++) {
		run_porttrace(args, false, &outcome);
		check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
		expect_all_steady(outcome.out);
	}
	step_give(child.ctl);
	n = number_await(child.ctl);
	check(n > CHURN, "%ld ports came and went, expected more than %d", n, CHURN);
	child_join(&child);
}

/* --- holders ----------------------------------------------------------------------- */

static void hold_in_threads(int ctl, void *arg)
{
	pthread_t threads[3];

	(void)arg;
	tcp_listen("127.0.0.1", 8080);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, copy_table, &ctl))
			test_fail("pthread_create failed");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void list_threads(void)
{
	struct child child = child_start(hold_in_threads, NULL);
	const struct event *event;

	for (int i = 0; i < 3; i++)
		step_await(child.ctl);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 1 && event_held_by(event, child.pid),
	      "expected process %d as the one holder in %s", child.pid, event->line);
	child_kill(&child);
}

static void list_prefork(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct child children[4];
	const struct event *event;

	for (int i = 0; i < 4; i++)
		children[i] = child_start(wait_for_end, NULL);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 5 && event_held_by(event, getpid()),
	      "expected 5 holders in %s", event->line);
	for (int i = 0; i < 4; i++)
		check(event_held_by(event, children[i].pid), "expected %d among those of %s",
		      children[i].pid, event->line);
	expect_num(event, "process.pid", getpid());
	sock_close(fd);
	for (int i = 0; i < 4; i++)
		child_kill(&children[i]);
}

static void list_in_flight(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	const struct event *event;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		test_fail("socketpair: %s", strerror(errno));
	fd_send(pair[0], fd);
	sock_close(fd);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 0, "expected no holder in %s", event->line);
	expect_text(event, "holder", "none");
	check(!event_get(event, "process"), "expected no process in %s", event->line);
}

static void list_uring_fixed(void)
{
	int fd = tcp_listen("127.0.0.1", 8080), err;
	const struct event *event;
	struct uring uring;

	err = uring_open(&uring);
	if (!err)
		err = uring_fix(&uring, fd);
	if (err)
		test_skip("io_uring: %s", strerror(-err));
	sock_close(fd);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_holders(event) == 0, "expected no holder in %s", event->line);
	expect_text(event, "holder", "none");
	uring_close(&uring);
}

/* A tunnel's UDP socket is the kernel's own. */
static void list_kernel(void)
{
	const struct event *event;

	if (system("ip link add vx0 type vxlan id 42 dstport 4789 local 127.0.0.1 2>/dev/null && "
		   "ip link set vx0 up 2>/dev/null"))
		test_skip("no vxlan device can be made here");
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 4789);
	expect_text(event, "proto", "udp");
	expect_text(event, "holder", "kernel");
	expect_bool(event, "socket.kernel", true);
}

/* The namespace of the socket counts; no process lives in this one. */
static void list_netns(void)
{
	int home = netns_open();
	const struct event *event;
	unsigned long left;
	int fd;

	tcp_listen("127.0.0.1", 8080);
	netns_enter_new();
	left = netns_inode();
	fd = tcp_listen("127.0.0.1", 8081);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8081);
	expect_num(event, "netns.inode", (long long)left);
	check(event_held_by(event, getpid()), "expected this process in %s", event->line);
	check(!listing_count(&listing, 8080), "another namespace's port is listed");
	netns_enter(home);
	listing_read(&listing, NULL);
	listing_expect(&listing, 8080);
	sock_close(fd);
}

static void list_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0porttrace-list-unix" };
	int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct event *event;

	if (local < 0 || bind(local, (struct sockaddr *)&addr, sizeof(addr)) || listen(local, 5))
		test_fail("a Unix listener: %s", strerror(errno));
	tcp_listen("127.0.0.1", 8080);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	check(event_held_by(event, getpid()), "expected this process in %s", event->line);
	check(listing.count == 1, "%zu lines, expected one", listing.count);
}

/* --- what is said of a port -------------------------------------------------------- */

static void list_fields(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	const struct event *event;

	tcp_connect(0, 8080);
	tcp_connect(0, 8080);
	listing_read(&listing, NULL);
	event = listing_expect(&listing, 8080);
	expect_text(event, "event", "existing");
	expect_text(event, "scope", "loopback");
	expect_num(event, "backlog", BACKLOG);
	expect_num(event, "accept_queue", 2);
	expect_num(event, "process.pid", getpid());
	expect_text(event, "process.exe", self_exe());
	expect_text(event, "process.source", "proc");
	check(json_is_array(event_get(event, "process.args")), "no arguments in %s", event->line);
	expect_cookie(event, fd);
	check(event_num(event, "socket.inode") > 0, "no inode in %s", event->line);
}

static void list_connections(void)
{
	static const char *const all[] = { "-ta", NULL };
	int fd = tcp_listen("127.0.0.1", 8080);
	int client = tcp_connect(0, 8080), server = accept(fd, NULL, NULL);
	int over = tcp_connect(0, 8080), other = accept(fd, NULL, NULL);
	int port = sock_port(client), over_port = sock_port(over);
	const struct event *event;

	sock_close(over); /* it ends first, and lingers in TIME_WAIT */
	sock_close(other);
	listing_read(&listing, NULL);
	check(listing.count == 1, "%zu lines without -a, expected one", listing.count);
	listing_read(&listing, all);
	event = listing_expect(&listing, port);
	expect_num(event, "remote.port", 8080);
	expect_text(event, "state", "ESTABLISHED");
	check(event_held_by(event, getpid()), "expected this process in %s", event->line);
	event = listing_expect(&listing, over_port);
	expect_text(event, "state", "TIME_WAIT");
	expect_num(event, "remote.port", 8080);
	check(event_holders(event) == 0, "expected no holder in %s", event->line);
	check(listing_count(&listing, 8080) == 2, "port 8080 is listed %zu times, expected twice",
	      listing_count(&listing, 8080));
	sock_close(server);
}

static void expect_ports(const char *option, const char *want)
{
	const char *const options[] = { option, NULL };
	char got[128] = "";

	listing_read(&listing, options);
	for (size_t i = 0; i < listing.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d", i ? " " : "",
			 listing.events[i].port);
	check(!strcmp(got, want), "%s lists '%s', expected '%s'", option, got, want);
}

/* As ss understands them, and in order. */
static void list_options(void)
{
	open_some();
	expect_ports("-lntup", "8080 8081 8082 8083 8084 8085");
	expect_ports("-tln", "8080 8081 8082 8083");
	expect_ports("-lu", "8084 8085");
	expect_ports("-4l", "8080 8081 8084");
	expect_ports("-6l", "8082 8083 8085");
	expect_ports("-tP8081-8082", "8081 8082");
	expect_ports("--scope=any", "8081 8082 8084");
	expect_ports("--pid=1", "8080 8081 8082 8083 8084 8085"); /* all descend from it */
}

static void list_table_output(void)
{
	const char *args[] = { "list", "-n", "--netns", NULL, NULL, NULL };
	static struct outcome outcome;
	char inode[24], want[256];

	tcp_listen("127.0.0.1", 8080);
	snprintf(inode, sizeof(inode), "%lu", netns_inode());
	args[3] = inode;
	run_porttrace(args, false, &outcome);
	check(outcome.status == 0 && !outcome.err[0], "exit status %d, stderr: %s", outcome.status,
	      outcome.err);
	check(!strncmp(outcome.out, "PROTO LOCAL ", 12), "no headings: %s", outcome.out);
	snprintf(want, sizeof(want), "\ntcp   127.0.0.1:8080 0");
	check(strstr(outcome.out, want), "expected '%s' in %s", want + 1, outcome.out);
	/* Nothing that passes is no error. */
	args[4] = "-u";
	run_porttrace(args, false, &outcome);
	check(outcome.status == 0 && !outcome.out[0], "exit status %d: %s", outcome.status,
	      outcome.out);
}

static const struct {
	const char *args[3];
	const char *word; /* the message must name it */
} bad[] = {
	{ { "-P", "0" }, "0" },
	{ { "-P", "65536" }, "65536" },
	{ { "-P", "abc" }, "abc" },
	{ { "-P", "80-79" }, "80-79" },
	{ { "--columns", "local,colour" }, "colour" },
	{ { "-U", "no-such-user" }, "no-such-user" },
	{ { "-o", "xml" }, "xml" },
	{ { "--netns", "/proc/self/status" }, "/proc/self/status" },
	{ { "8080" }, "8080" },
	{ { "--events", "open" }, "events" },
};

static void list_bad_usage(void)
{
	static struct outcome outcome;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *const args[] = { "list", bad[i].args[0], bad[i].args[1], NULL };

		run_porttrace(args, false, &outcome);
		check(outcome.status == 2 && !outcome.out[0], "%s: exit status %d, stdout: %s",
		      bad[i].word, outcome.status, outcome.out);
		check(strstr(outcome.err, bad[i].word) &&
			      strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
		      "expected one line that names %s: %s", bad[i].word, outcome.err);
	}
}

const struct test list_tests[] = {
	{ "list-table", "what /proc/net has is listed, and nothing else", list_table, 0 },
	{ "list-ss", "in every namespace what ss lists, by inode and cookie", list_ss, 20 },
	{ "list-churn", "what is open throughout is in every listing, while 1,000 come and go",
	  list_churn, 60 },
	{ "list-threads", "a process is one holder, whatever tables its threads have", list_threads,
	  0 },
	{ "list-prefork", "all that hold a port, the oldest as its process", list_prefork, 0 },
	{ "list-in-flight", "a listener that is sent and not received has the holder none",
	  list_in_flight, 0 },
	{ "list-uring-fixed", "a fixed file of io_uring has the holder none", list_uring_fixed, 0 },
	{ "list-kernel", "a socket of the kernel has the holder kernel", list_kernel, 0 },
	{ "list-netns", "the namespace of a socket, also one nobody lives in", list_netns, 0 },
	{ "list-unix", "a Unix listener hides no holder", list_unix, 0 },
	{ "list-fields", "queue, backlog, cookie, inode, process", list_fields, 0 },
	{ "list-connections", "-a: connections, those in TIME_WAIT too", list_connections, 0 },
	{ "list-options", "the options of ss, the filters, and the order", list_options, 0 },
	{ "list-output", "a table with headings; nothing to list is no error", list_table_output,
	  0 },
	{ "list-bad-usage", "one line, status 2", list_bad_usage, 0 },
	{ 0 },
};
