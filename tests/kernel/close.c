// SPDX-License-Identifier: GPL-2.0-only
/*
 * close: sockets of others are closed from outside. Whoever holds them here is a
 * child: what an ancestor of porttrace holds is not closed, which is a test of its own.
 */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "netns.h"
#include "opener.h"
#include "peer.h"
#include "spawn.h"
#include "table.h"
#include "tests.h"

#define ARGS_MAX 16

static struct outcome outcome;

static void skip_if_kernel_cannot(void)
{
	if (outcome.status == 3 && strstr(outcome.err, "CONFIG_INET_DIAG_DESTROY"))
		test_skip("this kernel cannot destroy sockets (CONFIG_INET_DIAG_DESTROY)");
}

/* `porttrace close WORDS…` (ended by NULL) in this test's namespace: its exit status. */
static int run_close(const char *word, ...)
{
	const char *args[ARGS_MAX] = { "close" };
	char netns[24];
	int n = 1;
	va_list words;

	va_start(words, word);
	for (; word; word = va_arg(words, const char *))
		args[n++] = word;
	va_end(words);
	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	args[n++] = "--netns";
	args[n++] = netns;
	run_porttrace(args, false, &outcome);
	skip_if_kernel_cannot();
	return outcome.status;
}

static void expect_status(int expected)
{
	check(outcome.status == expected,
	      "exit status %d, expected %d; stdout: %.1000s stderr: %.1000s", outcome.status,
	      expected, outcome.out, outcome.err);
}

static void expect_said(const char *words)
{
	check(strstr(outcome.err, words), "stderr does not say \"%s\": %.1500s", words,
	      outcome.err);
}

static bool is_open(const char *proto, const char *addr, int port)
{
	static struct table table;

	table_read(&table, getpid());
	for (size_t i = 0; i < table.count; i++)
		if (table.ports[i].port == port && !strcmp(table.ports[i].proto, proto) &&
		    !strcmp(table.ports[i].addr, addr))
			return true;
	return false;
}

static void expect_open(const char *proto, const char *addr, int port, bool open)
{
	check(is_open(proto, addr, port) == open, "%s %s:%d is %sopen; stderr: %.1000s", proto,
	      addr, port, open ? "not " : "", outcome.err);
}

static struct opener holder_of(const char *addr, int port)
{
	struct opener opener = opener_start(AS_SELF);

	opener_open(&opener, &(struct spec){ .addr = addr, .port = port });
	return opener;
}

/* --- what is closed, and what is not -------------------------------------------------- */

static void closes_tcp(const char *addr)
{
	struct opener opener = holder_of(addr, 8080);

	opener_open(&opener, &(struct spec){ .addr = addr, .port = 8081 });
	opener_open(&opener, &(struct spec){ .type = SOCK_DGRAM, .addr = addr, .port = 8080 });
	run_close("tcp/8080", "--yes", NULL);
	expect_status(0);
	check(strstr(outcome.out, "8080"), "it does not show what it closes: %s", outcome.out);
	expect_open("tcp", addr, 8080, false);
	expect_open("tcp", addr, 8081, true);
	expect_open("udp", addr, 8080, true);
	check(!kill(opener.child.pid, 0), "the process is gone");
}

static void tcp_v4(void)
{
	closes_tcp("127.0.0.1");
}

static void tcp_v6(void)
{
	closes_tcp("::1");
}

/* A range, and the wildcard addresses, which a lookup by address might take for each other. */
static void several(void)
{
	struct opener opener = holder_of("0.0.0.0", 8080);

	opener_open(&opener, &(struct spec){ .addr = "::", .port = 8081, .flags = SPEC_V6ONLY });
	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8083 });
	opener_open(&opener, &(struct spec){ .addr = "::ffff:127.0.0.1", .port = 8082 });
	run_close("8080-8081", "tcp/8082", "--yes", NULL);
	expect_status(0);
	expect_said("3 of 3 closed");
	expect_open("tcp", "0.0.0.0", 8080, false);
	expect_open("tcp", "::", 8081, false);
	expect_open("tcp", "127.0.0.1", 8083, true);
}

/* The number is in two namespaces: one is named, the other keeps its port. */
static void other_netns(void)
{
	struct opener here = holder_of("127.0.0.1", 8080), there = opener_start(AS_NETNS);
	char netns[24];
	const char *const args[] = { "close", "8080", "--yes", "--netns", netns, NULL };

	opener_open(&there, &(struct spec){ .addr = "127.0.0.1", .port = 8080 });
	snprintf(netns, sizeof(netns), "%lu", there.netns);
	run_porttrace(args, false, &outcome);
	skip_if_kernel_cannot();
	expect_status(0);
	expect_said("tcp/8080 on 127.0.0.1 is closed");
	expect_open("tcp", "127.0.0.1", 8080, true);
	check(!kill(here.child.pid, 0), "the process is gone");
}

#define GROUP 4

/* Each by itself: the kernel looks one of them up by the peer's address, which there is none of. */
static void one_of_group(void)
{
	struct spec spec = { .addr = "127.0.0.1", .port = 8080, .flags = SPEC_REUSEPORT };
	struct opener openers[GROUP];
	char pid[16];

	for (int i = 0; i < GROUP; i++) {
		openers[i] = opener_start(AS_SELF);
		opener_open(&openers[i], &spec);
	}
	for (int i = 0; i < GROUP; i++) {
		expect_open("tcp", "127.0.0.1", 8080, true);
		snprintf(pid, sizeof(pid), "%d", (int)openers[i].child.pid);
		run_close("8080", "--yes", "--pid", pid, NULL);
		expect_status(0);
		expect_said("tcp/8080 on 127.0.0.1 is closed");
	}
	expect_open("tcp", "127.0.0.1", 8080, false);
}

static void whole_group(void)
{
	struct spec spec = { .addr = "::1", .port = 8080, .flags = SPEC_REUSEPORT };
	struct opener opener = opener_start(AS_SELF);

	for (int i = 0; i < GROUP; i++)
		opener_open(&opener, &spec);
	run_close("8080", "--yes", NULL);
	expect_status(0);
	expect_said("4 of 4 closed");
	expect_open("tcp", "::1", 8080, false);
}

static void except(void)
{
	struct opener opener = holder_of("127.0.0.1", 8080);

	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8081 });
	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8082 });
	run_close("--except", "8081", "--yes", NULL);
	expect_status(0);
	expect_said("2 of 2 closed");
	expect_open("tcp", "127.0.0.1", 8080, false);
	expect_open("tcp", "127.0.0.1", 8081, true);
	expect_open("tcp", "127.0.0.1", 8082, false);
}

/* --- UDP: what the kernel does ---------------------------------------------------------- */

/* Sends from a socket without a port: the kernel picks one. */
static void autobound(int ctl, void *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)arg;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to));
	number_give(ctl, sock_port(fd));
	step_await(ctl);
	close(fd);
}

static void udp_picked(void)
{
	struct child child = child_start(autobound, NULL);
	int port = (int)number_await(child.ctl);
	char word[16];

	snprintf(word, sizeof(word), "udp/%d", port);
	expect_open("udp", "0.0.0.0", port, true);
	run_close(word, "--yes", NULL);
	expect_status(0);
	expect_open("udp", "0.0.0.0", port, false);
	step_give(child.ctl);
	child_join(&child);
}

/* The error that it was destroyed by reaches its process, and nothing else happens. */
static void waits_for_error(int ctl, void *arg)
{
	int fd = udp_bind("127.0.0.1", 5353);
	char byte;

	(void)arg;
	step_give(ctl);
	errno = 0;
	if (recv(fd, &byte, 1, 0) < 0)
		number_give(ctl, errno);
	step_await(ctl);
}

static void udp_bound(void)
{
	struct child child = child_start(waits_for_error, NULL);

	step_await(child.ctl);
	run_close("udp/5353", "--yes", NULL);
	check(number_await(child.ctl) == ECONNABORTED, "its process got no ECONNABORTED");
	expect_status(1);
	expect_said("udp/5353 on 127.0.0.1 is still open");
	expect_said("--kill");
	expect_open("udp", "127.0.0.1", 5353, true);
	child_kill(&child);
}

static void udp_killed(void)
{
	struct opener opener = opener_start(AS_SELF);
	int status;

	opener_open(&opener, &(struct spec){ .type = SOCK_DGRAM, .addr = "::1", .port = 5353 });
	run_close("udp/5353", "--yes", "--kill", NULL);
	expect_status(0);
	expect_open("udp", "::1", 5353, false);
	check(waitpid(opener.child.pid, &status, 0) == opener.child.pid, "waitpid: %s",
	      strerror(errno));
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "it ended by status %x", status);
}

/* No kernel lets anybody close these: that is said, and the process can be ended. */
static void mptcp_stays(void)
{
	struct spec spec = { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1", .port = 8080 };
	struct opener opener;
	int fd = spec_try(&spec);

	if (fd < 0)
		test_skip("no MPTCP here: %s", strerror(-fd));
	close(fd);
	opener = opener_start(AS_SELF);
	opener_open(&opener, &spec);
	run_close("8080", "--yes", NULL);
	expect_status(1);
	expect_said("mptcp/8080 on 127.0.0.1 is still open");
	expect_open("tcp", "127.0.0.1", 8080, true);
	run_close("mptcp/8080", "--yes", "--kill", NULL);
	expect_status(0);
	expect_open("tcp", "127.0.0.1", 8080, false);
}

/* --- asking ------------------------------------------------------------------------------ */

/* Standard input becomes a terminal on which this has been typed. */
static void type(const char *text)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	char name[64];

	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		test_skip("no terminal can be made here: %s", strerror(errno));
	slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		test_skip("%s: %s", name, strerror(errno));
	check(write(master, text, strlen(text)) == (ssize_t)strlen(text), "typing: %s",
	      strerror(errno));
	dup2(slave, STDIN_FILENO);
	close(slave);
}

static void no_terminal(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	check(dup2(null, STDIN_FILENO) == STDIN_FILENO, "dup2: %s", strerror(errno));
	close(null);
}

static void asks(void)
{
	holder_of("127.0.0.1", 8080);
	type("n\n");
	run_close("8080", NULL);
	expect_status(1);
	expect_said("Close this port? [y/N]");
	expect_said("nothing was closed");
	expect_open("tcp", "127.0.0.1", 8080, true);
	type("\n");
	run_close("8080", NULL);
	expect_status(1);
	expect_open("tcp", "127.0.0.1", 8080, true);
	type("y\n");
	run_close("8080", NULL);
	expect_status(0);
	expect_open("tcp", "127.0.0.1", 8080, false);
}

static void does_not_ask_elsewhere(void)
{
	holder_of("127.0.0.1", 8080);
	no_terminal();
	run_close("8080", NULL);
	expect_status(2);
	expect_said("--yes");
	check(!outcome.out[0], "something on stdout: %s", outcome.out);
	expect_open("tcp", "127.0.0.1", 8080, true);
}

static void dry_run(void)
{
	holder_of("127.0.0.1", 8080);
	no_terminal();
	run_close("8080", "--dry-run", "--yes", "--kill", NULL);
	expect_status(0);
	check(strstr(outcome.out, "8080"), "it does not show what it would close: %s", outcome.out);
	expect_open("tcp", "127.0.0.1", 8080, true);
}

static void nothing_there(void)
{
	holder_of("127.0.0.1", 8080);
	run_close("8081", "--yes", NULL);
	expect_status(1);
	expect_said("nothing that is open");
	run_close("udp/8080", "--yes", NULL);
	expect_status(1);
	expect_open("tcp", "127.0.0.1", 8080, true);
}

/* --- ending processes, and those that come back ---------------------------------------------- */

static void stubborn(int ctl, void *arg)
{
	(void)arg;
	signal(SIGTERM, SIG_IGN);
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

static void kill_stubborn(void)
{
	struct child child = child_start(stubborn, NULL);
	int status;

	step_await(child.ctl);
	run_close("8080", "--yes", "--kill", NULL);
	expect_status(0);
	expect_said("did not end by SIGTERM");
	expect_open("tcp", "127.0.0.1", 8080, false);
	check(waitpid(child.pid, &status, WNOHANG) == child.pid, "the process has not ended");
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "it ended by status %x", status);
}

/* Processes have other numbers in there than those that are told. */
static void kill_in_a_pid_namespace(void)
{
	check(!unshare(CLONE_NEWPID), "unshare: %s", strerror(errno));
	holder_of("127.0.0.1", 8080);
	run_close("8080", "--yes", "--kill", NULL);
	expect_status(3);
	expect_said("pid namespace");
	expect_open("tcp", "127.0.0.1", 8080, true);
	run_close("8080", "--yes", NULL);
	expect_status(0);
	expect_open("tcp", "127.0.0.1", 8080, false);
}

/* As a server that starts again: its socket fails, it makes another. */
static void reopens(int ctl, void *arg)
{
	int fd = tcp_listen("127.0.0.1", 8080);

	(void)arg;
	step_give(ctl);
	for (;;) {
		int got = accept(fd, NULL, NULL);

		if (got >= 0) {
			close(got);
			continue;
		}
		close(fd);
		fd = tcp_listen("127.0.0.1", 8080);
	}
}

/* In a cgroup as docker makes them: whose container it is, is said, too. */
static void reopens_in_container(int ctl, void *arg)
{
	cgroup_enter();
	reopens(ctl, arg);
}

static void came_back_in_container(void)
{
	struct child child;

	cgroup_make(CGROUP_V2);
	child = child_start(reopens_in_container, NULL);
	step_await(child.ctl);
	run_close("8080", "--yes", NULL);
	expect_status(1);
	expect_said("is open again");
	expect_said("it runs in the container docker:");
	child_kill(&child);
}

static void came_back(void)
{
	struct child child = child_start(reopens, NULL);
	char holder[32];

	step_await(child.ctl);
	snprintf(holder, sizeof(holder), "(%d)", (int)child.pid);
	run_close("8080", "--yes", NULL);
	expect_status(1);
	expect_said("tcp/8080 on 127.0.0.1 is open again");
	expect_said(holder);
	child_kill(&child);
}

/* --- the session it runs in ------------------------------------------------------------------- */

/* Listens, and gives this test, which is porttrace's parent, a connection through the port. */
static void serves_session(int ctl, void *arg)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	int got;

	(void)arg;
	step_give(ctl);
	got = accept(fd, NULL, NULL);
	fd_send(ctl, got);
	close(got);
	step_await(ctl);
}

static void session(void)
{
	struct child child = child_start(serves_session, NULL);
	int client, server;

	step_await(child.ctl);
	client = tcp_connect(0, 8080);
	server = fd_receive(child.ctl);
	run_close("8080", "--yes", NULL);
	expect_status(1);
	expect_said("refused");
	expect_said("--force");
	expect_open("tcp", "127.0.0.1", 8080, true);
	run_close("8080", "--yes", "--force", NULL);
	expect_status(0);
	expect_open("tcp", "127.0.0.1", 8080, false);
	close(client);
	close(server);
	step_give(child.ctl);
	child_join(&child);
}

static void held_by_ancestor(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);

	run_close("8080", "--yes", NULL);
	expect_status(1);
	expect_said("refused");
	run_close("8080", "--yes", "--kill", NULL);
	expect_status(1);
	expect_open("tcp", "127.0.0.1", 8080, true);
	close(fd);
}

static void named_by_ssh(void)
{
	holder_of("127.0.0.1", 8080);
	setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 8080", 1);
	run_close("8080", "--yes", NULL);
	expect_status(1);
	expect_said("SSH_CONNECTION");
	expect_open("tcp", "127.0.0.1", 8080, true);
}

/* --- what cannot be ------------------------------------------------------------------------------ */

static void forbidden(void)
{
	static const char *const args[] = { "close", "8080", "--yes", NULL };

	holder_of("127.0.0.1", 8080);
	run_porttrace(args, true, &outcome);
	expect_status(3);
	expect_said("CAP_NET_ADMIN");
	expect_open("tcp", "127.0.0.1", 8080, true);
}

static void bad_line(void)
{
	static const struct {
		const char *args[3];
		const char *word;
	} bad[] = {
		{ { "0" }, "'0'" },
		{ { "65536" }, "'65536'" },
		{ { "abc" }, "'abc'" },
		{ { "80-79" }, "'80-79'" },
		{ { "tpc/80" }, "'tpc'" },
		{ { "8080", "tcp/" }, "'tcp/'" },
		{ { "--except", "0" }, "'0'" },
		{ { "--kill" }, "--except" },
		{ { "8080", "--columns", "colour" }, "colour" },
	};

	holder_of("127.0.0.1", 8080);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		run_close("--yes", bad[i].args[0], bad[i].args[1], bad[i].args[2], NULL);
		expect_status(2);
		expect_said(bad[i].word);
		check(!outcome.out[0], "something on stdout: %s", outcome.out);
		check(strchr(outcome.err, '\n') == strrchr(outcome.err, '\n'), "several lines: %s",
		      outcome.err);
	}
	expect_open("tcp", "127.0.0.1", 8080, true);
}

const struct test close_tests[] = {
	{ "close-tcp", "closes this TCP port from outside; its process and other ports stay",
	  tcp_v4, 0 },
	{ "close-tcp6", "the same of IPv6", tcp_v6, 0 },
	{ "close-several", "several ports, of any address", several, 0 },
	{ "close-netns", "in the namespace that is meant alone", other_netns, 0 },
	{ "close-one-of-group", "exactly one socket of a port that several share", one_of_group,
	  30 },
	{ "close-group", "all sockets of a port that several share", whole_group, 0 },
	{ "close-except", "all but those specified", except, 0 },
	{ "close-udp-picked", "a UDP port that the kernel picked is closed", udp_picked, 0 },
	{ "close-udp-bound", "a UDP port that was bound stays, and that is said", udp_bound, 0 },
	{ "close-udp-kill", "it closes with its process", udp_killed, 0 },
	{ "close-mptcp", "an MPTCP port stays, which is said, and closes with its process",
	  mptcp_stays, 0 },
	{ "close-asks", "asks on a terminal, and does what is answered", asks, 0 },
	{ "close-no-terminal", "elsewhere it takes --yes", does_not_ask_elsewhere, 0 },
	{ "close-dry-run", "--dry-run shows it, and does nothing", dry_run, 0 },
	{ "close-nothing", "nothing there is said: exit 1", nothing_there, 0 },
	{ "close-kill", "--kill ends a process that ignores SIGTERM", kill_stubborn, 40 },
	{ "close-kill-pidns", "in a pid namespace --kill is refused: numbers mean others there",
	  kill_in_a_pid_namespace, 0 },
	{ "close-back", "a port that is opened again is told, with who holds it", came_back, 0 },
	{ "close-container", "the container that opens it again is named", came_back_in_container,
	  0 },
	{ "close-session", "what the session depends on is refused, unless forced", session, 0 },
	{ "close-ancestor", "what an ancestor holds is refused", held_by_ancestor, 0 },
	{ "close-ssh", "what SSH_CONNECTION names is refused", named_by_ssh, 0 },
	{ "close-forbidden", "without CAP_NET_ADMIN: exit 3, which names it", forbidden, 0 },
	{ "close-bad-line", "wrong usage: exit 2, one line, nothing done", bad_line, 0 },
	{ 0 },
};
