/* SPDX-License-Identifier: GPL-2.0-only */
/* The tests of each topic's file, ended by an empty entry. */
#ifndef LIVE_TESTS_H
#define LIVE_TESTS_H

#include "harness.h"

extern const struct test tcp_tests[];
extern const struct test udp_tests[];
extern const struct test picked_tests[];
extern const struct test learn_tests[];
extern const struct test verdict_tests[];
extern const struct test protocol_tests[];
extern const struct test holder_tests[];
extern const struct test thread_tests[];
extern const struct test reuseport_tests[];
extern const struct test snapshot_tests[];
extern const struct test netns_tests[];
extern const struct test union_tests[];
extern const struct test name_tests[];
extern const struct test place_tests[];
extern const struct test who_tests[];
extern const struct test who_process_tests[];
extern const struct test who_refused_tests[];
extern const struct test service_tests[];
extern const struct test canary_tests[];
extern const struct test service_reload_tests[];
extern const struct test state_tests[];
extern const struct test loss_tests[];
extern const struct test filter_tests[];
extern const struct test list_tests[];
extern const struct test list_whole_tests[];
extern const struct test list_holder_tests[];
extern const struct test cli_tests[];
extern const struct test output_tests[];
extern const struct test wait_tests[];
extern const struct test run_tests[];
extern const struct test run_untouched_tests[];
extern const struct test run_sudo_tests[];
extern const struct test run_signal_tests[];
extern const struct test connect_tests[];
extern const struct test ending_tests[];
extern const struct test accept_tests[];
extern const struct test failure_tests[];
extern const struct test bind_tests[];
extern const struct test keeping_tests[];
extern const struct test keeping_file_tests[];
extern const struct test metrics_tests[];
extern const struct test confined_tests[];
extern const struct test udp_peer_tests[];
extern const struct test uring_tests[];
extern const struct test transport_tests[];
extern const struct test kernel_filter_tests[];
extern const struct test descendant_tests[];
extern const struct test close_tests[];
extern const struct test close_stays_tests[];
extern const struct test close_asks_tests[];
extern const struct test close_kill_tests[];
extern const struct test close_session_tests[];
extern const struct test check_tests[];
extern const struct test policed_tests[];
extern const struct test top_tests[];
extern const struct test top_terminal_tests[];
extern const struct test diag_tests[];
extern const struct test journal_tests[];
extern const struct test journal_verdict_tests[];
extern const struct test journal_loss_tests[];
extern const struct test journal_flood_tests[];
extern const struct test alert_tests[];
extern const struct test missing_tests[];
extern const struct test alert_reload_tests[];
extern const struct test hook_tests[];
extern const struct test storm_tests[];
extern const struct test harmless_tests[];
extern const struct test flood_tests[];

#endif
