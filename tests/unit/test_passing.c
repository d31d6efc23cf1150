// SPDX-License-Identifier: GPL-2.0-only
/* A signal reaches the command once. */
#include "unit.h"

#include "cmd/passing.h"

#include <signal.h>

static const struct signalfd_siginfo key = { .ssi_signo = SIGINT, .ssi_code = SI_KERNEL };
static const struct signalfd_siginfo killed = { .ssi_signo = SIGTERM,
						.ssi_code = SI_USER,
						.ssi_pid = 42 };
static const struct signalfd_siginfo queued = { .ssi_signo = SIGUSR1,
						.ssi_code = SI_QUEUE,
						.ssi_pid = 42 };

static void a_key_reaches_the_process_group_by_itself(void **state)
{
	(void)state;
	assert_false(passing_needs(&key, false, true));
}

/* A shell as the command makes a group of its own; then the key came to us alone. */
static void a_key_is_passed_to_a_command_that_left_the_group(void **state)
{
	(void)state;
	assert_true(passing_needs(&key, false, false));
}

static void what_others_send_to_us_is_passed(void **state)
{
	(void)state;
	assert_true(passing_needs(&killed, false, true));
	assert_true(passing_needs(&killed, false, false));
	assert_true(passing_needs(&queued, false, true));
}

static void what_the_command_sends_is_not_sent_back(void **state)
{
	(void)state;
	assert_false(passing_needs(&killed, true, true));
	assert_false(passing_needs(&queued, true, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_reaches_the_process_group_by_itself),
		cmocka_unit_test(a_key_is_passed_to_a_command_that_left_the_group),
		cmocka_unit_test(what_others_send_to_us_is_passed),
		cmocka_unit_test(what_the_command_sends_is_not_sent_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
