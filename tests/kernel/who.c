// SPDX-License-Identifier: GPL-2.0-only
/* who PORT: one answer, for a person and as JSON: whose it is, and who is connected. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asking.h"
#include "netns.h"
#include "opener.h"
#include "peer.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"

static struct outcome outcome;

/* 8080, by a process of the test. */
static struct opener open_8080(enum opener_as as)
{
	const struct spec spec = { .addr = "127.0.0.1", .port = 8080 };
	struct opener opener = opener_start(as);

	opener_open(&opener, &spec);
	return opener;
}

static void process(void)
{
	struct opener opener = open_8080(AS_SELF);
	struct event event = ask_one(&outcome, "8080");
	json_t *ancestors = event_get(&event, "ancestors"), *last;
	char line[256], cwd[4096];

	expect_num(&event, "process.pid", opener.child.pid);
	expect_text(&event, "process.exe", self_exe());
	check(getcwd(cwd, sizeof(cwd)), "getcwd: %s", strerror(errno));
	expect_text(&event, "cwd", cwd);
	expect_bool(&event, "memfd", false);
	expect_bool(&event, "mounts.other", false);
	check(!event_get(&event, "root"), "a root: %s", event.line);
	expect_num(&event, "connections.count", 0);
	check(json_integer_value(json_object_get(json_array_get(ancestors, 0), "pid")) == getpid(),
	      "this test is not the first ancestor: %s", event.line);
	last = json_array_get(ancestors, json_array_size(ancestors) - 1);
	check(json_integer_value(json_object_get(last, "pid")) == 1, "the last is not PID 1: %s",
	      event.line);
	check(ask_who(&outcome, "tcp/8080", false) == 0, "nobody has it");
	snprintf(line, sizeof(line), "is held by %s (%d), started by root from %s (%d), ",
		 self_comm(), opener.child.pid, self_comm(), getpid());
	expect_out(&outcome, line);
	expect_out(&outcome, "tcp/8080 on 127.0.0.1 ");
	expect_out(&outcome, "\n  service       http-alt, a registered port\n");
	snprintf(line, sizeof(line), "\n  executable    %s\n", self_exe());
	expect_out(&outcome, line);
	check(ask_who(&outcome, "udp/8080", false) == 1, "somebody has udp/8080: %s", outcome.out);
}

static void connections(void)
{
	struct peer clients[3], server = peer_start();
	struct event event;

	peer_do(&server, &(struct peer_order){ .op = PEER_LISTEN, .port = 8080 });
	for (int i = 0; i < 3; i++) {
		clients[i] = peer_start();
		peer_do(&clients[i], &(struct peer_order){ .op = PEER_CONNECT, .port = 8080 });
	}
	event = ask_one(&outcome, "8080");
	expect_num(&event, "connections.count", 3);
	expect_num(&event, "accept_queue", 3);
	check(json_array_size(event_get(&event, "connections.peers")) == 1, "not one peer: %s",
	      event.line);
	ask_who(&outcome, "8080", false);
	expect_out(&outcome, "\n  connections   3 now, from 127.0.0.1 (3)\n");
	expect_out(&outcome, ", 3 waiting to be accepted");
	peer_does(&clients[0], PEER_CLOSE);
}

/* As a service manager does: it opens, another serves. Then it lets go. */
static void activation(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct child child = child_start(wait_for_end, NULL);
	struct event event;
	char line[128];

	event = ask_one(&outcome, "8080");
	check(event_holders(&event) == 2, "not two holders: %s", event.line);
	check(event_held_by(&event, getpid()) && event_held_by(&event, child.pid),
	      "not held by both: %s", event.line);
	ask_who(&outcome, "8080", false);
	snprintf(line, sizeof(line), "is held by %s (%d) and %s (%d), started", self_comm(),
		 getpid(), self_comm(), child.pid);
	expect_out(&outcome, line);
	expect_out(&outcome, "\n  held by       ");
	sock_close(fd);
	event = ask_one(&outcome, "8080");
	expect_num(&event, "process.pid", child.pid);
	check(event_holders(&event) == 1, "not one holder: %s", event.line);
}

/* One port of two sockets is one answer. */
static void sharing(void)
{
	const struct spec spec = { .addr = "127.0.0.1", .port = 8080, .flags = SPEC_REUSEPORT };
	struct opener one = opener_start(AS_SELF), other = opener_start(AS_SELF);
	struct event event;

	opener_open(&one, &spec);
	opener_open(&other, &spec);
	event = ask_one(&outcome, "8080");
	check(event_holders(&event) == 2, "not two holders: %s", event.line);
	check(json_array_size(event_get(&event, "sockets")) == 2, "not two sockets: %s",
	      event.line);
	ask_who(&outcome, "8080", false);
	expect_out(&outcome, "\n  socket        2 sockets, backlog 14, 0 waiting to be accepted, "
			     "shared (SO_REUSEPORT)\n");
}

/* The same number by both protocols, and in two namespaces: each has an answer. */
static void namespaces(void)
{
	static const char *const args[] = { "who", "48080", NULL };
	struct opener other = opener_start(AS_NETNS);
	const struct spec spec = { .addr = "127.0.0.1", .port = 48080 };
	char line[128];

	tcp_listen("127.0.0.1", 48080);
	udp_bind("127.0.0.1", 48080);
	opener_open(&other, &spec);
	run_porttrace(args, false, &outcome);
	check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
	for (int i = 0; i < 3; i++) {
		snprintf(line, sizeof(line),
			 "%s/48080 on 127.0.0.1 in the network namespace %lu is held by ",
			 i == 1 ? "udp" : "tcp", i == 2 ? other.netns : netns_inode());
		expect_out(&outcome, line);
	}
	expect_out(&outcome, "\n\n");
	check(ask_who(&outcome, "tcp/48080", true) == 0, "nobody has it here");
	check(!strstr(strchr(outcome.out, '\n') + 1, "{"), "more than one line: %s", outcome.out);
}

static void nobody(void)
{
	struct peer client = peer_start(), server = peer_start();
	char line[128];

	check(ask_who(&outcome, "8080", false) == 1, "somebody has it: %s", outcome.out);
	check(!strcmp(outcome.out, "nobody has port 8080 open\n"), "not so: %s", outcome.out);
	peer_do(&server, &(struct peer_order){ .op = PEER_LISTEN, .port = 8081 });
	peer_do(&client,
		&(struct peer_order){ .op = PEER_CONNECT, .port = 8081, .local_port = 8080 });
	check(ask_who(&outcome, "8080", false) == 1, "somebody has it: %s", outcome.out);
	snprintf(line, sizeof(line),
		 "; %s (%d) has a connection by tcp, 127.0.0.1:8080 -> 127.0.0.1:8081\n",
		 self_comm(), client.child.pid);
	expect_out(&outcome, line);
	check(ask_who(&outcome, "udp/8080", false) == 1, "somebody has it: %s", outcome.out);
	check(!strstr(outcome.out, "connection"), "of another protocol: %s", outcome.out);
	check(ask_who(&outcome, "8080", true) == 1, "somebody has it: %s", outcome.out);
	check(!outcome.out[0], "something on stdout: %s", outcome.out);
	check(strstr(outcome.err, "has a connection"), "not on stderr: %s", outcome.err);
}

/* It keeps its number for a minute: why a server does not start again, perhaps. */
static void over(void)
{
	int listener = tcp_listen("127.0.0.1", 8080), client = tcp_connect(0, 8080);
	int served = accept(listener, NULL, NULL);

	sock_close(listener);
	sock_close(served);
	sock_close(client);
	/* The last steps are the kernel's, whenever it comes to them. */
	do
		check(ask_who(&outcome, "8080", false) == 1, "somebody has it: %s", outcome.out);
	while (!strstr(outcome.out, "TIME_WAIT") && time_left() > 1000);
	expect_out(&outcome,
		   "; a connection that is over keeps it yet (TIME_WAIT), tcp, 127.0.0.1:8080 -> ");
}

const struct test who_tests[] = {
	{ "who-process", "the process of a port, and where it comes from up to PID 1", process, 0 },
	{ "who-connections", "who is connected to a port, and who waits", connections, 0 },
	{ "who-activation", "who opened a port and who serves it both hold it", activation, 0 },
	{ "who-sharing", "the sockets of one port are one answer", sharing, 0 },
	{ "who-namespaces", "a number in several namespaces has an answer for each", namespaces,
	  0 },
	{ "who-nobody", "nobody has it: status 1, and a connection that uses the number", nobody,
	  0 },
	{ "who-over", "so is one in TIME_WAIT", over, 0 },
	{ 0 },
};
