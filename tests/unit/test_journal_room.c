// SPDX-License-Identifier: GPL-2.0-only
/* What finds no room is counted, and who goes first. */
#include "journal_server.h"

#include "model/verdict.h"

/* A number of entries that is far above what a socket's queue takes (max_dgram_qlen). */
#define MANY 5000
#define ROOM 1500

static void what_a_full_journal_does_not_take_is_counted(void **state)
{
	unsigned long last = 0, count = 0, lost = 0;

	(void)state;
	serve();
	open_journal(100000000, 2 * ROOM);
	for (unsigned int i = 0; i < MANY; i++)
		send_open((uint16_t)(i + 1));
	assert_int_equal(news[JOURNAL_NEWS_LOSING], 1);
	while (count + lost < MANY) {
		unsigned long seq;

		receive_next();
		seq = number("PORTTRACE_SEQ");
		if (strstr(entry, journal_message_id(JOURNAL_UNTOLD))) {
			assert_contains(entry, "\nPORTTRACE_EVENT=lost\n");
			assert_contains(entry, "\nPORTTRACE_FROM=");
			assert_contains(entry, "\nPORTTRACE_TO=");
			lost += number("PORTTRACE_COUNT");
			/* The gap is as wide as the count. */
			assert_int_equal(seq - last - 1, number("PORTTRACE_COUNT"));
		} else {
			assert_int_equal(seq, last + 1);
			count++;
		}
		last = seq;
	}
	assert_in_range(count, ROOM, MANY - 1);
	assert_int_equal(count + lost, MANY);
	assert_int_equal(told_lost, lost);
	assert_int_equal(journal_counts(journal).lost, lost);
	assert_int_equal(journal_counts(journal).entries, last);
	assert_int_equal(journal_counts(journal).untold, 0);
	assert_int_equal(news[JOURNAL_NEWS_LOSING], 1);
}

static void assert_counts(size_t waiting, size_t untold)
{
	assert_int_equal(journal_counts(journal).waiting, waiting);
	assert_int_equal(journal_counts(journal).untold, untold);
}

static void send_alerts(uint16_t count)
{
	struct verdict verdict = { .kind = VERDICT_UNEXPECTED, .rule = "default" };
	struct event event = an_event(EVENT_OPEN, &process);

	event.from = RECORD_OPEN;
	event.verdict = &verdict;
	for (uint16_t i = 0; i < count; i++)
		journal_event(journal, enrich, &event);
}

static void connections_leave_room_for_ports_and_ports_for_alerts(void **state)
{
	struct connection connection;
	struct event event = a_connection_event(EVENT_CONNECT, &connection);

	(void)state;
	open_journal(100000000, 100);
	for (int i = 0; i < 200; i++)
		journal_event(journal, enrich, &event);
	assert_counts(25, 175);
	for (uint16_t i = 1; i <= 26; i++)
		send_open(i);
	assert_counts(50, 176);
	send_alerts(50);
	assert_counts(100, 176);
	send_alerts(1);
	assert_counts(100, 177);
}

static void bytes_are_bounded_as_well(void **state)
{
	(void)state;
	open_journal(10000, 1000000);
	for (uint16_t i = 1; i <= 100; i++)
		send_open(i);
	assert_in_range(journal_counts(journal).waiting, 5, 30);
	assert_int_equal(journal_counts(journal).waiting + journal_counts(journal).untold, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(what_a_full_journal_does_not_take_is_counted),
		JOURNAL_TEST(connections_leave_room_for_ports_and_ports_for_alerts),
		JOURNAL_TEST(bytes_are_bounded_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
