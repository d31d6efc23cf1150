// SPDX-License-Identifier: GPL-2.0-only
/* list: what is said of a port, and which are asked for. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listing.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"

static struct listing listing;

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
	{ "list-fields", "queue, backlog, cookie, inode, process", list_fields, 0 },
	{ "list-connections", "-a: connections, those in TIME_WAIT too", list_connections, 0 },
	{ "list-options", "the options of ss, the filters, and the order", list_options, 0 },
	{ "list-output", "a table with headings; nothing to list is no error", list_table_output,
	  0 },
	{ "list-bad-usage", "one line, status 2", list_bad_usage, 0 },
	{ 0 },
};
