// SPDX-License-Identifier: GPL-2.0-only
/* Whether somebody asked for the number of a port, or the kernel picked it. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "event.h"
#include "listing.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define IN_RANGE 40123 /* of what the kernel picks from: the number alone says nothing */

struct opened {
	struct spec spec;
	int port; /* that it got */
};

static bool is_picked(const struct opened *opened)
{
	return opened->port != opened->spec.port;
}

/* Opened while it is traced, found by one that starts later, and listed. */
static void picked_everywhere(struct opened *all, size_t n)
{
	struct tracer *tracer = tracer_start(), *later;
	struct listing listing;

	for (size_t i = 0; i < n; i++) {
		all[i].port = sock_port(spec_open(&all[i].spec));
		expect_bool(tracer_expect(tracer, "open", all[i].port), "socket.picked",
			    is_picked(&all[i]));
	}
	later = tracer_start();
	listing_read(&listing, NULL);
	for (size_t i = 0; i < n; i++) {
		expect_bool(tracer_expect(later, "existing", all[i].port), "socket.picked",
			    is_picked(&all[i]));
		expect_bool(listing_expect(&listing, all[i].port), "socket.picked",
			    is_picked(&all[i]));
	}
}

static void picked_tcp(void)
{
	struct opened all[] = {
		{ { .addr = "127.0.0.1", .port = IN_RANGE }, 0 },    { { .addr = "127.0.0.1" }, 0 },
		{ { .addr = "::", .port = IN_RANGE + 1 }, 0 },       { { .addr = "::1" }, 0 },
		{ { .addr = "0.0.0.0", .flags = SPEC_NO_BIND }, 0 },
	};

	picked_everywhere(all, ARRAY_SIZE(all));
}

/* A bind that failed says nothing of the next one. */
static void fail_to_bind(int port)
{
	const struct spec spec = { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = port };
	int taken = spec_open(&spec);

	check(spec_try(&spec) == -EADDRINUSE, "the same port was bound twice");
	sock_close(taken);
}

static void picked_udp(void)
{
	struct opened all[] = {
		{ { .type = SOCK_DGRAM, .addr = "127.0.0.1" }, 0 },
		{ { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = IN_RANGE }, 0 },
		{ { .type = SOCK_DGRAM, .addr = "::1" }, 0 },
		{ { .type = SOCK_DGRAM, .addr = "::", .port = IN_RANGE + 1 }, 0 },
	};

	fail_to_bind(IN_RANGE + 2);
	picked_everywhere(all, ARRAY_SIZE(all));
}

static void picked_mptcp(void)
{
	struct opened all[] = {
		{ { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1", .port = IN_RANGE }, 0 },
		{ { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1" }, 0 },
	};
	int fd = spec_try(&(struct spec){ .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1" });

	if (fd < 0)
		test_skip("this kernel has no MPTCP");
	sock_close(fd);
	picked_everywhere(all, ARRAY_SIZE(all));
}

const struct test picked_tests[] = {
	{ "picked-tcp", "a TCP port says whether the kernel picked it: new, found, listed",
	  picked_tcp, 0 },
	{ "picked-udp", "a UDP port says so, too", picked_udp, 0 },
	{ "picked-mptcp", "and that of an MPTCP listener", picked_mptcp, 0 },
	{ NULL, NULL, NULL, 0 },
};
