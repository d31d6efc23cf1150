// SPDX-License-Identifier: GPL-2.0-only
/* close: what is closed from outside, and what is not. */
#define _GNU_SOURCE 1

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "closing.h"
#include "netns.h"
#include "tests.h"

static struct outcome outcome;

static void closes_tcp(const char *addr)
{
	struct opener opener = holder_of(addr, 8080);

	opener_open(&opener, &(struct spec){ .addr = addr, .port = 8081 });
	opener_open(&opener, &(struct spec){ .type = SOCK_DGRAM, .addr = addr, .port = 8080 });
	run_close(&outcome, "tcp/8080", "--yes", NULL);
	expect_status(&outcome, 0);
	check(strstr(outcome.out, "8080"), "it does not show what it closes: %s", outcome.out);
	expect_open(&outcome, "tcp", addr, 8080, false);
	expect_open(&outcome, "tcp", addr, 8081, true);
	expect_open(&outcome, "udp", addr, 8080, true);
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
	run_close(&outcome, "8080-8081", "tcp/8082", "--yes", NULL);
	expect_status(&outcome, 0);
	expect_said(&outcome, "3 of 3 closed");
	expect_open(&outcome, "tcp", "0.0.0.0", 8080, false);
	expect_open(&outcome, "tcp", "::", 8081, false);
	expect_open(&outcome, "tcp", "127.0.0.1", 8083, true);
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
	skip_if_kernel_cannot(&outcome);
	expect_status(&outcome, 0);
	expect_said(&outcome, "tcp/8080 on 127.0.0.1 is closed");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
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
		expect_open(&outcome, "tcp", "127.0.0.1", 8080, true);
		snprintf(pid, sizeof(pid), "%d", (int)openers[i].child.pid);
		run_close(&outcome, "8080", "--yes", "--pid", pid, NULL);
		expect_status(&outcome, 0);
		expect_said(&outcome, "tcp/8080 on 127.0.0.1 is closed");
	}
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
}

static void whole_group(void)
{
	struct spec spec = { .addr = "::1", .port = 8080, .flags = SPEC_REUSEPORT };
	struct opener opener = opener_start(AS_SELF);

	for (int i = 0; i < GROUP; i++)
		opener_open(&opener, &spec);
	run_close(&outcome, "8080", "--yes", NULL);
	expect_status(&outcome, 0);
	expect_said(&outcome, "4 of 4 closed");
	expect_open(&outcome, "tcp", "::1", 8080, false);
}

static void except(void)
{
	struct opener opener = holder_of("127.0.0.1", 8080);

	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8081 });
	opener_open(&opener, &(struct spec){ .addr = "127.0.0.1", .port = 8082 });
	run_close(&outcome, "--except", "8081", "--yes", NULL);
	expect_status(&outcome, 0);
	expect_said(&outcome, "2 of 2 closed");
	expect_open(&outcome, "tcp", "127.0.0.1", 8080, false);
	expect_open(&outcome, "tcp", "127.0.0.1", 8081, true);
	expect_open(&outcome, "tcp", "127.0.0.1", 8082, false);
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
	{ 0 },
};
