// SPDX-License-Identifier: GPL-2.0-only
/* close: what the session it runs in depends on is refused. */
#define _GNU_SOURCE 1

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "closing.h"
#include "peer.h"
#include "tests.h"

static struct outcome outcome;

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
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "refused");
	expect_said(&outcome, "--force");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	run_close(&outcome, "8080", "--yes", "--force", NULL);
	expect_status(&outcome, 0);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
	close(client);
	close(server);
	step_give(child.ctl);
	child_join(&child);
}

static void held_by_ancestor(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);

	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "refused");
	run_close(&outcome, "8080", "--yes", "--kill", NULL);
	expect_status(&outcome, 1);
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
	close(fd);
}

static void named_by_ssh(void)
{
	holder_of("127.0.0.1", 8080);
	setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 8080", 1);
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 1);
	expect_said(&outcome, "SSH_CONNECTION");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
}

const struct test close_session_tests[] = {
	{ "close-session", "what the session depends on is refused, unless forced", session, 0 },
	{ "close-ancestor", "what an ancestor holds is refused", held_by_ancestor, 0 },
	{ "close-ssh", "what SSH_CONNECTION names is refused", named_by_ssh, 0 },
	{ 0 },
};
