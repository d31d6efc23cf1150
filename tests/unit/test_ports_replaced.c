// SPDX-License-Identifier: GPL-2.0-only
/* Two sockets at one address or port, one after the other: which of them a record is about. */
#include "port_table.h"

/* Its close was lost, and its memory is another socket's now. */
static void another_cookie_at_the_same_address_is_another_socket(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 81, 11, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.socket.cookie = 5555;
	apply(&record);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_RECOVERED, 80, 10); /* the close that was lost */
	assert_told(2, EVENT_OPEN, 81, 11);
	assert_int_equal(ports_count(ports), 1);
	close_port(1, 80, 10, 7); /* the old one's, late */
	assert_int_equal(n_told, 3);
	record.kind = RECORD_CLOSE;
	record.time_ns = 8;
	apply(&record);
	assert_told(3, EVENT_CLOSE, 81, 11);
}

/*
 * A snapshot is read after a record and applied before it: what it found at the
 * same address stays, and the record's socket has opened and closed.
 */
static void a_record_older_than_what_was_found_does_not_replace_it(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 81, 11, 6);

	(void)state;
	open_port(1, 80, 10, 9);
	record.socket.cookie = 5555;
	apply(&record);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_OPEN, 81, 11);
	assert_told(2, EVENT_RECOVERED, 81, 11);
	assert_int_equal(ports_count(ports), 1);
	close_port(1, 80, 10, 12);
	assert_told(3, EVENT_CLOSE, 80, 10);
}

/* The same, on the same port, which two sockets cannot have at once. */
static void a_record_older_than_who_has_the_port_does_not_replace_it(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 9);

	(void)state;
	record.socket.reuseport = false;
	apply(&record);
	open_port(2, 80, 11, 6);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_OPEN, 80, 11);
	assert_told(2, EVENT_RECOVERED, 80, 11);
	assert_int_equal(ports_count(ports), 1);
}

static void a_cookie_not_made_yet_matches_any(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);

	(void)state;
	record.socket.cookie = 0;
	apply(&record);
	close_port(1, 80, 10, 6);
	assert_int_equal(n_told, 2);
	assert_told(1, EVENT_CLOSE, 80, 10);
}

static void a_cookie_made_later_is_learned_from_the_second_hook(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);

	(void)state;
	record.socket.cookie = 0;
	apply(&record);
	open_port(1, 80, 10, 5);
	assert_int_equal(n_told, 1);
	record = a_port_record(RECORD_OPEN, 1, 81, 11, 6);
	record.socket.cookie = 5555;
	apply(&record);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_RECOVERED, 80, 10);
	assert_told(2, EVENT_OPEN, 81, 11);
}

/* Two listeners without SO_REUSEPORT cannot be: the close of the first was lost. */
static void a_port_nobody_can_share_was_closed_before(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);

	(void)state;
	record.socket.reuseport = false;
	apply(&record);
	open_port(2, 80, 11, 6);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_RECOVERED, 80, 10);
	assert_int_equal(told[1].event.from, RECORD_CLOSE);
	assert_told(2, EVENT_OPEN, 80, 11);
	assert_int_equal(ports_count(ports), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_cookie_at_the_same_address_is_another_socket),
		TEST(a_record_older_than_what_was_found_does_not_replace_it),
		TEST(a_record_older_than_who_has_the_port_does_not_replace_it),
		TEST(a_cookie_not_made_yet_matches_any),
		TEST(a_cookie_made_later_is_learned_from_the_second_hook),
		TEST(a_port_nobody_can_share_was_closed_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
