/* SPDX-License-Identifier: GPL-2.0-only */
/* The tests of each topic's file, ended by an empty entry. */
#ifndef LIVE_TESTS_H
#define LIVE_TESTS_H

#include "harness.h"

extern const struct test tcp_tests[];
extern const struct test udp_tests[];
extern const struct test protocol_tests[];
extern const struct test holder_tests[];
extern const struct test thread_tests[];
extern const struct test reuseport_tests[];
extern const struct test snapshot_tests[];
extern const struct test netns_tests[];
extern const struct test union_tests[];
extern const struct test name_tests[];
extern const struct test loss_tests[];
extern const struct test filter_tests[];
extern const struct test cli_tests[];
extern const struct test output_tests[];
extern const struct test connect_tests[];

#endif
