// SPDX-License-Identifier: GPL-2.0-only
/* close: ports that the kernel lets nobody close, or not always: of UDP, and of MPTCP. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "closing.h"
#include "tests.h"

static struct outcome outcome;

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
	expect_open(&outcome, "udp", "0.0.0.0", port, true);
	run_close(&outcome, word, "--yes", NULL);
	expect_status(&outcome, 0);
	expect_open(&outcome, "udp", "0.0.0.0", port, false);
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
	run_close(&outcome, "udp/5353", "--yes", NULL);
	check(number_await(child.ctl) == ECONNABORTED, "its process got no ECONNABORTED");
	expect_status(&outcome, 1);
	expect_said(&outcome, "udp/5353 on 127.0.0.1 is still open");
	expect_said(&outcome, "--kill");
	expect_open(&outcome, "udp", "127.0.0.1", 5353, true);
	child_kill(&child);
}

static void udp_killed(void)
{
	struct opener opener = opener_start(AS_SELF);
	int status;

	opener_open(&opener, &(struct spec){ .type = SOCK_DGRAM, .addr = "::1", .port = 5353 });
	run_close(&outcome, "udp/5353", "--yes", "--kill", NULL);
	expect_status(&outcome, 0);
	expect_open(&outcome, "udp", "::1", 5353, false);
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
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "mptcp/8080 on 127.0.0.1 is still open");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	run_close(&outcome, "mptcp/8080", "--yes", "--kill", NULL);
	expect_status(&outcome, 0);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
}

const struct test close_stays_tests[] = {
	{ "close-udp-picked", "a UDP port that the kernel picked is closed", udp_picked, 0 },
	{ "close-udp-bound", "a UDP port that was bound stays, and that is said", udp_bound, 0 },
	{ "close-udp-kill", "it closes with its process", udp_killed, 0 },
	{ "close-mptcp", "an MPTCP port stays, which is said, and closes with its process",
	  mptcp_stays, 0 },
	{ 0 },
};
