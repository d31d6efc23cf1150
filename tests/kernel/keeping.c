// SPDX-License-Identifier: GPL-2.0-only
/* porttrace --state: what a run knows of the one before, however that ended. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "folder.h"
#include "keeper.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"

#define PORT 8080

static void state_restart(void)
{
	int goes, stays, comes, again;
	struct tracer *tracer;

	goes = tcp_listen("127.0.0.1", PORT);
	stays = tcp_listen("127.0.0.1", PORT + 1);
	again = udp_bind("127.0.0.1", PORT + 3);
	tracer = keeper_start();
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	keeper_kill(tracer);
	sock_close(goes);
	sock_close(again);
	comes = tcp_listen("127.0.0.1", PORT + 2);
	again = udp_bind("127.0.0.1", PORT + 3);
	tracer = keeper_start();
	tracer_sync(tracer);
	expect_while_down(tracer_expect(tracer, "existing", PORT + 1), false);
	expect_while_down(tracer_expect(tracer, "open", PORT + 2), true);
	expect_while_down(tracer_expect(tracer, "close", PORT), true);
	/* Another socket has the port now, and the old one's end comes before. */
	tracer_history(tracer, PORT + 3, "close,open");
	tracer_history(tracer, PORT, "close");
	expect_owner(tracer_expect(tracer, "close", PORT + 3), getpid());
	sock_close(stays);
	sock_close(comes);
	sock_close(again);
	expect_while_down(tracer_expect(tracer, "close", PORT + 1), false);
	expect_while_down(tracer_expect(tracer, "close", PORT + 2), false);
}

/* A run with -t does not follow UDP: what came meanwhile did not come while it was down. */
static void state_filtered(void)
{
	struct tracer *tracer;
	int fds[3], goes;

	goes = udp_bind("127.0.0.1", PORT);
	tracer = tracer_launch(&(struct launch){ .args = { "--state", folder_make(), "-t" } });
	tracer_ready(tracer);
	sock_close(goes);
	fds[0] = udp_bind("127.0.0.1", PORT + 1);
	fds[1] = tcp_listen("127.0.0.1", PORT + 2);
	tracer_expect(tracer, "open", PORT + 2);
	tracer_finish_all();
	fds[2] = tcp_listen("127.0.0.1", PORT + 3);
	tracer = keeper_start();
	tracer_sync(tracer);
	expect_while_down(tracer_expect(tracer, "existing", PORT + 1), false);
	expect_while_down(tracer_expect(tracer, "existing", PORT + 2), false);
	expect_while_down(tracer_expect(tracer, "open", PORT + 3), true);
	check(!tracer_count(tracer, "close", PORT), "UDP closed while it was not looked at");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		sock_close(fds[i]);
}

/* A clean end writes what is open then; and when it was opened is known in the next run. */
static void state_lifetime(void)
{
	struct tracer *tracer;
	int fd;

	tracer = keeper_start();
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	tracer_finish_all();
	tracer = keeper_start();
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	sock_close(fd);
	check(event_num(tracer_expect(tracer, "close", PORT), "lifetime_ns") > 0, "no lifetime");
}

/*
 * Killed at any moment: before it has attached, while it reads the tables, before
 * it has written. Whatever is open is told by the next run, once.
 */
static void state_killed(void)
{
	int fds[8] = { 0 };
	struct tracer *tracer;

	for (int round = 0; round < 8; round++) {
		fds[round] = tcp_listen("127.0.0.1", PORT + round);
		tracer = keeper_launch();
		poll(NULL, 0, round * 25);
		keeper_kill(tracer);
		if (round % 3 == 2)
			sock_close(fds[round]);
	}
	tracer = keeper_start();
	tracer_sync(tracer);
	for (int round = 0; round < 8; round++) {
		unsigned int told = tracer_count(tracer, "existing", PORT + round) +
				    tracer_count(tracer, "open", PORT + round);

		check(told == (round % 3 != 2), "port %d was told %u times", PORT + round, told);
	}
}

static void state_second(void)
{
	const char *const args[] = { "watch", "--state", folder_make(), NULL };
	struct outcome outcome;
	struct tracer *tracer;
	char pid[32];

	tracer = keeper_start();
	run_porttrace(args, false, &outcome);
	check(outcome.status == 2, "status %d, expected 2", outcome.status);
	check(!*outcome.out, "it printed: %s", outcome.out);
	snprintf(pid, sizeof(pid), "(pid %d)", tracer->pid);
	check(strstr(outcome.err, pid) != NULL, "it does not name the other's pid: %s",
	      outcome.err);
}

const struct test keeping_tests[] = {
	{ "state-restart", "what opened and closed while it was down is told, and marked",
	  state_restart, 0 },
	{ "state-lifetime", "a port that outlives a restart has its lifetime", state_lifetime, 0 },
	{ "state-killed", "killed at any moment, no port that is open is lost", state_killed, 40 },
	{ "state-second", "a second one on the same folder ends, and names the first", state_second,
	  0 },
	{ "state-filtered", "what a run did not follow is not told as new by the next",
	  state_filtered, 0 },
	{ 0 },
};
