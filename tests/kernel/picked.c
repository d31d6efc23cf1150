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

/* Opened while it is traced, found by one that starts later, and listed. */
static void picked_everywhere(const struct spec *spec, bool picked)
{
	struct tracer *tracer = tracer_start(), *later;
	struct listing listing;
	int fd = spec_open(spec), port = sock_port(fd);

	expect_bool(tracer_expect(tracer, "open", port), "socket.picked", picked);
	later = tracer_start();
	expect_bool(tracer_expect(later, "existing", port), "socket.picked", picked);
	listing_read(&listing, NULL);
	expect_bool(listing_expect(&listing, port), "socket.picked", picked);
	sock_close(fd);
}

static void picked_tcp(void)
{
	picked_everywhere(&(struct spec){ .addr = "127.0.0.1", .port = IN_RANGE }, false);
	picked_everywhere(&(struct spec){ .addr = "127.0.0.1" }, true);
	picked_everywhere(&(struct spec){ .addr = "::", .port = IN_RANGE }, false);
	picked_everywhere(&(struct spec){ .addr = "::1" }, true);
}

static void picked_tcp_without_bind(void)
{
	picked_everywhere(&(struct spec){ .addr = "0.0.0.0", .flags = SPEC_NO_BIND }, true);
}

static void picked_udp(void)
{
	const struct spec fixed = { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = IN_RANGE };

	picked_everywhere(&fixed, false);
	picked_everywhere(&(struct spec){ .type = SOCK_DGRAM, .addr = "127.0.0.1" }, true);
	picked_everywhere(&(struct spec){ .type = SOCK_DGRAM, .addr = "::1" }, true);
	picked_everywhere(&(struct spec){ .type = SOCK_DGRAM, .addr = "::", .port = IN_RANGE },
			  false);
}

/* A bind that failed says nothing of the next one. */
static void picked_after_a_failure(void)
{
	struct tracer *tracer = tracer_start();
	int taken = udp_bind("127.0.0.1", IN_RANGE);
	struct spec again = { .type = SOCK_DGRAM, .addr = "127.0.0.1", .port = IN_RANGE };
	int fd;

	check(spec_try(&again) == -EADDRINUSE, "the same port was bound twice");
	fd = udp_bind("127.0.0.1", 0);
	expect_bool(tracer_expect(tracer, "open", sock_port(fd)), "socket.picked", true);
	sock_close(fd);
	sock_close(taken);
}

static void picked_mptcp(void)
{
	struct spec spec = { .protocol = IPPROTO_MPTCP, .addr = "127.0.0.1", .port = IN_RANGE };
	int fd = spec_try(&spec);

	if (fd < 0)
		test_skip("this kernel has no MPTCP");
	sock_close(fd);
	spec.port++;
	picked_everywhere(&spec, false);
	spec.port = 0;
	picked_everywhere(&spec, true);
}

const struct test picked_tests[] = {
	{ "picked-tcp", "a TCP port says whether the kernel picked it: new, found, listed",
	  picked_tcp, 0 },
	{ "picked-no-bind", "and that of a listen() without a bind", picked_tcp_without_bind, 0 },
	{ "picked-udp", "a UDP port says so, too", picked_udp, 0 },
	{ "picked-after-failure", "a bind that failed says nothing of the next",
	  picked_after_a_failure, 0 },
	{ "picked-mptcp", "and that of an MPTCP listener", picked_mptcp, 0 },
	{ NULL, NULL, NULL, 0 },
};
