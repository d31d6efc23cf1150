// SPDX-License-Identifier: GPL-2.0-only
/* What is open, without the privilege for BPF: from sock_diag and /proc, as nobody. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"

#define NOBODY 65534

static struct outcome outcome;

/* porttrace runs in the namespace the suite was started in, and so do these. */
static void listens(int ctl, void *arg)
{
	uid_t uid = *(uid_t *)arg;
	int fd;

	netns_enter(host_netns());
	if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		test_fail("setresuid: %s", strerror(errno));
	prctl(PR_SET_DUMPABLE, 1); /* as after an exec: it may be looked into by its user */
	fd = tcp_listen("127.0.0.1", 0);
	number_give(ctl, sock_port(fd));
	step_await(ctl);
}

static void run_as(bool nobody, const char *option, const char *value)
{
	const char *const args[] = { "list", "-j", option, value, NULL };

	run_porttrace(args, nobody, &outcome);
	check(outcome.status == 0, "exit status %d; stderr: %.1000s", outcome.status, outcome.err);
}

static void run_list(const char *option, const char *value)
{
	run_as(false, option, value);
}

static void run_nobody(const char *option, const char *value)
{
	run_as(true, option, value);
}

/* The line of that port, cut out of the output. */
static const char *line_of(int port)
{
	static char line[8192];
	char word[32];

	snprintf(word, sizeof(word), "\"port\":%d}", port);
	for (const char *at = outcome.out; *at; at += strcspn(at, "\n") + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		if (strstr(line, word))
			return line;
		if (!strchr(at, '\n'))
			break;
	}
	test_fail("port %d is not listed: %.2000s", port, outcome.out);
}

static void expect_in(const char *line, const char *part, bool there)
{
	check(!strstr(line, part) == !there, "%s %s: %s", part, there ? "is not in" : "is in",
	      line);
}

static void as_nobody(void)
{
	uid_t own_uid = NOBODY, other_uid = 0;
	struct child own = child_start(listens, &own_uid), other = child_start(listens, &other_uid);
	int own_port = (int)number_await(own.ctl), other_port = (int)number_await(other.ctl);
	char pid[32], ports[32];

	/* Others on this host may have more open than there is room for. */
	snprintf(ports, sizeof(ports), "%d,%d", own_port, other_port);
	run_nobody("--port", ports);
	snprintf(pid, sizeof(pid), "\"pid\":%d,", (int)own.pid);
	expect_in(line_of(own_port), pid, true);
	expect_in(line_of(own_port), "\"source\":\"proc\"", true);
	expect_in(line_of(own_port), "\"backlog\":7", true);
	expect_in(line_of(own_port), "\"inode\":", true);
	/* What cannot be known is not told: neither that there is no holder. */
	expect_in(line_of(own_port), "reuseport", false);
	snprintf(pid, sizeof(pid), "\"pid\":%d,", (int)other.pid);
	expect_in(line_of(other_port), pid, false);
	expect_in(line_of(other_port), "\"process\"", false);
	expect_in(line_of(other_port), "none", false);
	child_kill(&own);
	child_kill(&other);
}

static void says_what_lacks(void)
{
	const char *end;

	run_nobody("--port", "1");
	end = strchr(outcome.err, '\n');
	check(end && !end[1], "not one line on stderr: %s", outcome.err);
	check(strstr(outcome.err, "processes of others"), "it does not say what lacks: %s",
	      outcome.err);
	check(strstr(outcome.err, "CAP_BPF") && strstr(outcome.err, "sudo"),
	      "it does not say how to see it: %s", outcome.err);
}

static void connection_that_is_over(void)
{
	int listener, client, port;
	char word[16];
	const char *const args[] = { "list", "-j", "-a", "--port", word, NULL };

	netns_enter(host_netns());
	listener = tcp_listen("127.0.0.1", 0);
	client = tcp_connect(0, sock_port(listener));
	port = sock_port(client);
	sock_close(client);
	sock_close(accept(listener, NULL, NULL));
	snprintf(word, sizeof(word), "%d", port);
	/* The last steps are the kernel's, whenever it comes to them. */
	do
		run_porttrace(args, true, &outcome);
	while (!strstr(outcome.out, "TIME_WAIT") && time_left() > 1000);
	expect_in(line_of(port), "\"state\":\"TIME_WAIT\"", true);
}

/* What holds a port is there, and not to be seen: that is not said to be nobody. */
static void expect_unknown_holder(int port, const char *word)
{
	const char *end = strchr(outcome.err, '\n');

	check(end && !end[1] && strstr(outcome.err, word),
	      "not one line on stderr, with \"%s\": %s", word, outcome.err);
	expect_in(line_of(port), "\"holder", false);
	expect_in(line_of(port), "\"process\"", false);
}

static int listen_on_host(void)
{
	int fd;

	netns_enter(host_netns());
	fd = tcp_listen("127.0.0.1", 0);
	return sock_port(fd);
}

static void in_a_pid_namespace(void)
{
	int port = listen_on_host();
	char word[16];

	check(!unshare(CLONE_NEWPID), "unshare: %s", strerror(errno));
	snprintf(word, sizeof(word), "%d", port);
	run_list("--port", word);
	expect_unknown_holder(port, "pid namespace");
}

static void watch_in_a_pid_namespace(void)
{
	const char *const args[] = { "watch", "-j", "--for", "300ms", NULL };
	int port = listen_on_host();

	check(!unshare(CLONE_NEWPID), "unshare: %s", strerror(errno));
	run_porttrace(args, false, &outcome);
	expect_in(line_of(port), "\"event\":\"existing\"", true);
	expect_in(line_of(port), "\"holder", false);
}

/* A /proc of our own: options of the host's would be everybody's. */
static void hide_processes(const char *how)
{
	check(!unshare(CLONE_NEWNS), "unshare: %s", strerror(errno));
	check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount: %s", strerror(errno));
	check(!mount("proc", "/proc", "proc", 0, how), "mount: %s", strerror(errno));
}

static void not_seen_with(const char *how, const char *said)
{
	int port = listen_on_host();
	char word[16];

	hide_processes(how);
	snprintf(word, sizeof(word), "%d", port);
	run_nobody("--port", word);
	expect_unknown_holder(port, said);
}

static void with_processes_hidden(void)
{
	not_seen_with("hidepid=2", "hidepid");
}

static void with_folders_closed(void)
{
	not_seen_with("hidepid=1", "of others hold");
}

const struct test diag_tests[] = {
	{ "list-nobody", "without privilege: every port of the namespace, and one's own processes",
	  as_nobody, 0 },
	{ "list-nobody-says", "what lacks then is said in one line, with the mend", says_what_lacks,
	  0 },
	{ "list-nobody-over", "-a without privilege: connections in TIME_WAIT, too",
	  connection_that_is_over, 0 },
	{ "list-pidns", "in a pid namespace holders outside of it are unknown, and not none",
	  in_a_pid_namespace, 0 },
	{ "watch-pidns", "the same of what is open before the trace", watch_in_a_pid_namespace, 0 },
	{ "list-hidepid", "so are those that /proc hides", with_processes_hidden, 0 },
	{ "list-hidepid-1", "and those whose folders it closes", with_folders_closed, 0 },
	{ 0 },
};
