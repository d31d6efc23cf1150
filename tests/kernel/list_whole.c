// SPDX-License-Identifier: GPL-2.0-only
/* list: all that is open, and nothing else, whatever comes and goes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listing.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static struct listing listing;

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

/* --- against ss, which has to be the host's ------------------------------------------ */

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

/* --- while others come and go -------------------------------------------------------- */

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

const struct test list_whole_tests[] = {
	{ "list-table", "what /proc/net has is listed, and nothing else", list_table, 0 },
	{ "list-ss", "in every namespace what ss lists, by inode and cookie", list_ss, 20 },
	{ "list-churn", "what is open throughout is in every listing, while 1,000 come and go",
	  list_churn, 60 },
	{ 0 },
};
