// SPDX-License-Identifier: GPL-2.0-only
/* who PORT: one answer, for a person and as JSON. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "event.h"
#include "hostile.h"
#include "netns.h"
#include "opener.h"
#include "peer.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "text.h"

static struct outcome outcome;

/* `who PORT` in the test's namespace. */
static int ask(const char *port, bool json)
{
	char netns[24];
	const char *args[] = { "who", port, "--netns", netns, json ? "-j" : NULL, NULL };

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	run_porttrace(args, false, &outcome);
	check(outcome.status <= 1, "exit status %d, stderr: %s", outcome.status, outcome.err);
	return outcome.status;
}

/* The only line there is. */
static struct event ask_one(const char *port)
{
	struct event event;
	char *end;

	check(ask(port, true) == 0, "nobody has it; stderr: %s", outcome.err);
	check(!outcome.err[0], "something on stderr: %s", outcome.err);
	end = strchr(outcome.out, '\n');
	check(end && !end[1], "not one line: %s", outcome.out);
	*end = '\0';
	event_parse(&event, outcome.out);
	check(!strcmp(event.name, "existing"), "no \"existing\": %s", event.line);
	return event;
}

static void expect_out(const char *part)
{
	check(strstr(outcome.out, part), "not \"%s\" in: %s", part, outcome.out);
}

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
	struct event event = ask_one("8080");
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
	check(ask("tcp/8080", false) == 0, "nobody has it");
	snprintf(line, sizeof(line), "is held by %s (%d), started by root from %s (%d), ",
		 self_comm(), opener.child.pid, self_comm(), getpid());
	expect_out(line);
	expect_out("tcp/8080 on 127.0.0.1 ");
	expect_out("\n  service       http-alt, a registered port\n");
	snprintf(line, sizeof(line), "\n  executable    %s\n", self_exe());
	expect_out(line);
	check(ask("udp/8080", false) == 1, "somebody has udp/8080: %s", outcome.out);
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
	event = ask_one("8080");
	expect_num(&event, "connections.count", 3);
	expect_num(&event, "accept_queue", 3);
	check(json_array_size(event_get(&event, "connections.peers")) == 1, "not one peer: %s",
	      event.line);
	ask("8080", false);
	expect_out("\n  connections   3 now, from 127.0.0.1 (3)\n");
	expect_out(", 3 waiting to be accepted");
	peer_does(&clients[0], PEER_CLOSE);
}

static void *listen_in_thread(void *arg)
{
	tcp_listen("127.0.0.1", 8080);
	step_give(*(int *)arg);
	step_await(*(int *)arg);
	return NULL;
}

/* Its first thread is gone, and /proc/PID knows little more than the name. */
static void listen_without_leader(int ctl, void *arg)
{
	static int in_thread;
	pthread_t thread;

	(void)arg;
	in_thread = ctl;
	if (pthread_create(&thread, NULL, listen_in_thread, &in_thread))
		test_fail("pthread_create failed");
	syscall(SYS_exit, 0);
}

static void leaderless(void)
{
	struct child child = child_start(listen_without_leader, NULL);
	struct event event;

	step_await(child.ctl);
	process_await_state(child.pid, 'Z');
	event = ask_one("8080");
	expect_num(&event, "process.pid", child.pid);
	expect_text(&event, "process.comm", self_comm());
	check(event_held_by(&event, child.pid), "not held by %d: %s", child.pid, event.line);
}

static void deleted(void)
{
	const struct spec spec = { .addr = "127.0.0.1", .port = 8080 };
	const char *program = opener_program();
	struct opener opener = opener_start(AS_PROGRAM);
	struct event event;
	int fd;

	opener_open(&opener, &spec);
	check(!unlink(program), "unlink: %s", strerror(errno));
	event = ask_one("8080");
	expect_text(&event, "process.exe", program);
	expect_bool(&event, "process.deleted", true);
	expect_bool(&event, "replaced", false);
	ask("8080", false);
	expect_out("other-program, deleted\n");
	fd = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	check(fd >= 0, "%s: %s", program, strerror(errno));
	close(fd);
	event = ask_one("8080");
	expect_bool(&event, "replaced", true);
	ask("8080", false);
	expect_out("other-program, deleted: another file has taken its place\n");
}

static int copy_to_memory(void)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("payload", 0);
	struct stat st;
	off_t done = 0;

	if (in < 0 || fd < 0 || fstat(in, &st))
		test_fail("memfd_create: %s", strerror(errno));
	while (done < st.st_size)
		if (sendfile(fd, in, &done, st.st_size - done) <= 0)
			test_fail("sendfile: %s", strerror(errno));
	close(in);
	return fd;
}

static void in_memory(void)
{
	static const char *const args[] = { "named", "8080", "innocent", NULL };
	struct child child;
	struct event event;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy_to_memory());
	child = helper_start(path, args);
	step_await(child.ctl);
	event = ask_one("8080");
	expect_num(&event, "process.pid", child.pid);
	expect_bool(&event, "memfd", true);
	ask("8080", false);
	expect_out("\n  executable    /memfd:payload, which lives in memory alone (memfd)\n");
}

static char jail[] = "/tmp/live-jail-XXXXXX";

static void jail_remove(void)
{
	rmdir(jail);
}

static void listen_in_jail(int ctl, void *arg)
{
	if (*(bool *)arg && unshare(CLONE_NEWNS))
		test_fail("unshare(CLONE_NEWNS): %s", strerror(errno));
	if (chroot(jail) || chdir("/"))
		test_fail("chroot: %s", strerror(errno));
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

static void elsewhere(void)
{
	struct child child;
	struct event event;
	char line[128];
	bool unshared = false;

	if (!mkdtemp(jail))
		test_fail("mkdtemp: %s", strerror(errno));
	test_at_end(jail_remove);
	child = child_start(listen_in_jail, &unshared);
	step_await(child.ctl);
	event = ask_one("8080");
	expect_text(&event, "root", jail);
	expect_bool(&event, "mounts.other", false);
	ask("8080", false);
	snprintf(line, sizeof(line), "\n  root          %s\n", jail);
	expect_out(line);
	child_kill(&child);
	unshared = true;
	child = child_start(listen_in_jail, &unshared);
	step_await(child.ctl);
	event = ask_one("8080");
	expect_bool(&event, "mounts.other", true);
	ask("8080", false);
	expect_out(", in a mount namespace of its own\n");
}

static void hold(int ctl, void *arg)
{
	(void)arg;
	step_give(ctl);
	step_await(ctl);
}

/* As a service manager does: it opens, another serves. Then it lets go. */
static void activation(void)
{
	int fd = tcp_listen("127.0.0.1", 8080);
	struct child child = child_start(hold, NULL);
	struct event event;
	char line[128];

	step_await(child.ctl);
	event = ask_one("8080");
	check(event_holders(&event) == 2, "not two holders: %s", event.line);
	check(event_held_by(&event, getpid()) && event_held_by(&event, child.pid),
	      "not held by both: %s", event.line);
	ask("8080", false);
	snprintf(line, sizeof(line), "is held by %s (%d) and %s (%d), started", self_comm(),
		 getpid(), self_comm(), child.pid);
	expect_out(line);
	expect_out("\n  held by       ");
	sock_close(fd);
	event = ask_one("8080");
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
	event = ask_one("8080");
	check(event_holders(&event) == 2, "not two holders: %s", event.line);
	check(json_array_size(event_get(&event, "sockets")) == 2, "not two sockets: %s",
	      event.line);
	ask("8080", false);
	expect_out("\n  socket        2 sockets, backlog 14, 0 waiting to be accepted, "
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
		expect_out(line);
	}
	expect_out("\n\n");
	check(ask("tcp/48080", true) == 0, "nobody has it here");
	check(!strstr(strchr(outcome.out, '\n') + 1, "{"), "more than one line: %s", outcome.out);
}

static void hostile_who(void)
{
	struct child child = hostile_start("28080");

	for (int json = 0; json < 2; json++) {
		check(ask("28080", json) == 0, "nobody has it");
		text_expect_harmless(outcome.out, strlen(outcome.out));
		check(strstr(outcome.out, json ? "u{202e}" : HOSTILE_SHOWN),
		      "the name is not in: %s", outcome.out);
	}
	child_kill(&child);
}

static void nobody(void)
{
	struct peer client = peer_start(), server = peer_start();
	char line[128];

	check(ask("8080", false) == 1, "somebody has it: %s", outcome.out);
	check(!strcmp(outcome.out, "nobody has port 8080 open\n"), "not so: %s", outcome.out);
	peer_do(&server, &(struct peer_order){ .op = PEER_LISTEN, .port = 8081 });
	peer_do(&client,
		&(struct peer_order){ .op = PEER_CONNECT, .port = 8081, .local_port = 8080 });
	check(ask("8080", false) == 1, "somebody has it: %s", outcome.out);
	snprintf(line, sizeof(line),
		 "; %s (%d) has a connection by tcp, 127.0.0.1:8080 -> 127.0.0.1:8081\n",
		 self_comm(), client.child.pid);
	expect_out(line);
	check(ask("udp/8080", false) == 1, "somebody has it: %s", outcome.out);
	check(!strstr(outcome.out, "connection"), "of another protocol: %s", outcome.out);
	check(ask("8080", true) == 1, "somebody has it: %s", outcome.out);
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
		check(ask("8080", false) == 1, "somebody has it: %s", outcome.out);
	while (!strstr(outcome.out, "TIME_WAIT") && time_left() > 1000);
	expect_out("; a connection that is over keeps it yet (TIME_WAIT), tcp, 127.0.0.1:8080 -> ");
}

#define NOBODY 65534 /* run_porttrace() */

static void listen_as_nobody(int ctl, void *arg)
{
	(void)arg;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		test_fail("setresuid: %s", strerror(errno));
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* what changed its user is not for others to look at */
	number_give(ctl, sock_port(tcp_listen("127.0.0.1", 0)));
	step_await(ctl);
}

static void own_process(void)
{
	struct child child = child_start(listen_as_nobody, NULL);
	char port[16], line[128];
	const char *args[] = { "who", port, NULL };

	snprintf(port, sizeof(port), "%ld", number_await(child.ctl));
	run_porttrace(args, true, &outcome);
	check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
	snprintf(line, sizeof(line), " is held by %s (%d), started by ", self_comm(), child.pid);
	expect_out(line);
	child_kill(&child);
}

/* In the host's namespace, which is all that such a user can look at. */
static void unprivileged(void)
{
	char port[16], line[128];
	const char *args[] = { "who", port, NULL };
	int fd;

	netns_enter(host_netns());
	fd = tcp_listen("127.0.0.1", 0);
	snprintf(port, sizeof(port), "tcp/%d", sock_port(fd));
	run_porttrace(args, true, &outcome);
	check(outcome.status == 0, "exit status %d: %s", outcome.status, outcome.err);
	snprintf(line, sizeof(line), "%s on 127.0.0.1", port);
	expect_out(line);
	expect_out(" is open: who holds it cannot be seen from here\n");
	check(!strncmp(outcome.err, "porttrace: ", 11), "nothing is said on stderr");
	check(strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
	      "not one line on stderr: %s", outcome.err);
	own_process();
}

static void usage(void)
{
	static const char *const words[] = { "0",   "65536", "abc", "80-79", "tpc/80", "tcp/",
					     "/80", "",      "-80", "80 ",   "\033[2J" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *args[] = { "who", "--", words[i], NULL };

		run_porttrace(args, false, &outcome);
		check(outcome.status == 2, "\"%s\": exit status %d", words[i], outcome.status);
		check(!outcome.out[0], "\"%s\": something on stdout: %s", words[i], outcome.out);
		check(strchr(outcome.err, '\n') == outcome.err + strlen(outcome.err) - 1,
		      "\"%s\": not one line: %s", words[i], outcome.err);
		text_expect_harmless(outcome.err, strlen(outcome.err));
	}
	for (int i = 0; i < 4; i++) {
		static const char *const args[][5] = { { "who" },
						       { "who", "80", "90" },
						       { "who", "80", "--netns", "/dev/null" },
						       { "who", "80", "--netns", "/nowhere" } };

		run_porttrace(args[i], false, &outcome);
		check(outcome.status == 2 && !outcome.out[0] && outcome.err[0],
		      "number %d: exit status %d, stderr: %s", i, outcome.status, outcome.err);
	}
}

const struct test who_tests[] = {
	{ "who-process", "the process of a port, and where it comes from up to PID 1", process, 0 },
	{ "who-connections", "who is connected to a port, and who waits", connections, 0 },
	{ "who-thread", "a port of a process whose first thread is gone", leaderless, 0 },
	{ "who-deleted", "an executable that is deleted, or replaced, is told to be", deleted, 0 },
	{ "who-memfd", "an executable that has no file is told to have none", in_memory, 0 },
	{ "who-mounts", "another root, another mount namespace", elsewhere, 0 },
	{ "who-activation", "who opened a port and who serves it both hold it", activation, 0 },
	{ "who-sharing", "the sockets of one port are one answer", sharing, 0 },
	{ "who-namespaces", "a number in several namespaces has an answer for each", namespaces,
	  0 },
	{ "who-hostile", "names cannot forge a line of the answer", hostile_who, 0 },
	{ "who-nobody", "nobody has it: status 1, and a connection that uses the number", nobody,
	  0 },
	{ "who-over", "so is one in TIME_WAIT", over, 0 },
	{ "who-unprivileged", "what is not for this user to see is said to be", unprivileged, 0 },
	{ "who-usage", "what is no port is refused, with status 2", usage, 0 },
	{ 0 },
};
