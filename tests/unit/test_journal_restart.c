// SPDX-License-Identifier: GPL-2.0-only
/* A journal that is not there, or dies: what it did not read is sent again. */
#include "journal_server.h"

static void an_absent_journal_is_said_once_and_waited_for(void **state)
{
	(void)state;
	open_journal(1000000, 1000);
	for (uint16_t i = 1; i <= 5; i++) {
		send_open(i);
		turn();
	}
	assert_false(journal_was_reached(journal));
	assert_int_equal(news[JOURNAL_NEWS_GONE], 1);
	serve();
	for (uint16_t i = 1; i <= 5; i++)
		expect_open(i, i);
	assert_int_equal(news[JOURNAL_NEWS_GONE], 1);
	assert_int_equal(news[JOURNAL_NEWS_BACK], 1);
	assert_true(journal_was_reached(journal));
}

/* A dead socket takes with it what was in its queue: that is sent again. */
static void what_a_dead_journal_did_not_read_is_sent_again(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	send_open(1);
	send_open(2);
	send_open(3);
	expect_open(1, 1);
	die();
	serve();
	send_open(4);
	/* It may be that the first was not done with when it died. */
	receive_next();
	if (number("PORTTRACE_SEQ") == 1)
		receive_next();
	assert_int_equal(number("PORTTRACE_SEQ"), 2);
	expect_open(3, 3);
	expect_open(4, 4);
	assert_false(receive());
	assert_int_equal(told_lost, 0);
}

/* Without a further event, too. */
static void a_restart_is_noticed_without_a_new_event(void **state)
{
	(void)state;
	serve();
	open_journal(1000000, 1000);
	send_open(1);
	die();
	turn();
	serve();
	expect_open(1, 1);
}

static void what_was_read_is_not_sent_again(void **state)
{
	uint64_t until;

	(void)state;
	serve();
	open_journal(1000000, 1000);
	for (uint16_t i = 1; i <= 5; i++)
		send_open(i);
	for (uint16_t i = 1; i <= 5; i++)
		expect_open(i, i);
	/* It looks whether they were read, twice at most: until no timer is set. */
	turn_until(!receive() && timers_patience(&timers, boot_now_ns()) == UINT64_MAX);
	die();
	serve();
	send_open(6);
	expect_open(6, 6);
	until = boot_after_ns(600000000);
	while (boot_now_ns() < until) {
		turn();
		assert_false(receive());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(an_absent_journal_is_said_once_and_waited_for),
		JOURNAL_TEST(what_a_dead_journal_did_not_read_is_sent_again),
		JOURNAL_TEST(a_restart_is_noticed_without_a_new_event),
		JOURNAL_TEST(what_was_read_is_not_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
