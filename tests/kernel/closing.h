/* SPDX-License-Identifier: GPL-2.0-only */
/* porttrace close, and what is open then: it closes sockets of others, from outside. */
#ifndef LIVE_CLOSING_H
#define LIVE_CLOSING_H

#include "opener.h"
#include "outcome.h"

/* `porttrace close WORD…` (ended by NULL) in the test's namespace; skips where the kernel cannot. */
#define run_close(outcome, ...)                          \
	do {                                             \
		run_here(outcome, "close", __VA_ARGS__); \
		skip_if_kernel_cannot(outcome);          \
	} while (0)

void skip_if_kernel_cannot(const struct outcome *outcome);

/* A child that listens: what an ancestor of porttrace holds is not closed. */
struct opener holder_of(const char *addr, int port);

/* Whether it is, in the test's namespace; NULL: by any protocol, at any address. */
void expect_open(const struct outcome *outcome, const char *proto, const char *addr, int port,
		 bool open);

#endif
