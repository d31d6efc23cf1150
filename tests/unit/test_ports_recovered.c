// SPDX-License-Identifier: GPL-2.0-only
/* What was lost is found by a later snapshot. */
#include "port_table.h"

static void what_is_known_is_not_found_again(void **state)
{
	(void)state;
	open_port(1, 80, 10, 5);
	found(1, 80, 10);
	load(EVENT_RECOVERED);
	assert_int_equal(n_told, 1);
	drop(100 * SECOND);
	assert_int_equal(n_told, 1);
}

static void an_open_that_was_lost_is_recovered(void **state)
{
	const struct event *event;

	(void)state;
	open_port(1, 80, 10, 5);
	found(1, 80, 10);
	found(2, 81, 11);
	load(EVENT_RECOVERED);
	assert_int_equal(n_told, 2);
	event = assert_told(1, EVENT_RECOVERED, 81, 11);
	assert_int_equal(event->from, RECORD_OPEN);
	assert_int_equal(event->n_holders, 1);
	assert_int_equal(event->actor.source, SOURCE_PROC);
	close_port(2, 81, 11, 60 * SECOND);
	assert_told(2, EVENT_CLOSE, 81, 11);
}

static void a_close_that_was_lost_is_recovered_with_the_opener(void **state)
{
	const struct event *event;

	(void)state;
	open_port(1, 80, 10, 5);
	open_port(2, 81, 11, 6);
	found(2, 81, 11);
	assert_true(ports_any_missing(ports, &snapshot, 7));
	drop(7);
	assert_int_equal(n_told, 3);
	event = assert_told(2, EVENT_RECOVERED, 80, 10);
	assert_int_equal(event->from, RECORD_CLOSE);
	assert_int_equal(event->actor.source, SOURCE_SOCKET);
	assert_int_equal(event->lifetime_ns, 0); /* when it closed nobody knows */
	assert_false(ports_any_missing(ports, &snapshot, 7));
	close_port(1, 80, 10, 8); /* nothing is left to close */
	assert_int_equal(n_told, 3);
}

static void all_that_is_missing_is_dropped_at_once(void **state)
{
	(void)state;
	for (uint64_t sk = 1; sk <= 200; sk++) {
		open_port(sk, 80, 10, 5);
		n_told = 0;
	}
	assert_int_equal(ports_count(ports), 200);
	for (uint64_t sk = 1; sk <= 192; sk++)
		found(sk, 80, 10);
	drop(6);
	assert_int_equal(n_told, 8);
	assert_int_equal(told[7].event.sharing, 192);
	assert_int_equal(ports_count(ports), 192);
}

/* The tables were read before it was there. */
static void what_opened_since_is_not_missing(void **state)
{
	(void)state;
	open_port(1, 80, 10, 7);
	assert_false(ports_any_missing(ports, &snapshot, 7));
	drop(7);
	assert_int_equal(n_told, 1);
	drop(8);
	assert_told(1, EVENT_RECOVERED, 80, 10);
}

static void memory_that_is_another_sockets_is_missing_then_found(void **state)
{
	struct decoded record = a_record(DECODED_HOLDER, 1, 81, 11);

	(void)state;
	open_port(1, 80, 10, 5);
	record.socket.cookie = 5555;
	add(&snapshot, &record);
	assert_true(ports_any_missing(ports, &snapshot, 6));
	drop(6);
	assert_told(1, EVENT_RECOVERED, 80, 10);
	load(EVENT_RECOVERED);
	assert_told(2, EVENT_RECOVERED, 81, 11);
	assert_int_equal(told[2].event.from, RECORD_OPEN);
}

/* How a socket got its port the kernel does not keep: only one it tracked had an open to lose. */
static void recovered_udp_is_what_the_kernel_side_knew(void **state)
{
	(void)state;
	found_udp(1, 53, false, false);
	found_udp(2, 54, false, true);
	found_udp(3, 55, true, true);
	found(4, 80, 10);
	load(EVENT_RECOVERED);
	assert_int_equal(n_told, 3);
	assert_told(0, EVENT_RECOVERED, 80, 10);
	assert_told(1, EVENT_RECOVERED, 54, 10);
	assert_told(2, EVENT_RECOVERED, 55, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_known_is_not_found_again),
		TEST(an_open_that_was_lost_is_recovered),
		TEST(a_close_that_was_lost_is_recovered_with_the_opener),
		TEST(all_that_is_missing_is_dropped_at_once),
		TEST(what_opened_since_is_not_missing),
		TEST(memory_that_is_another_sockets_is_missing_then_found),
		TEST(recovered_udp_is_what_the_kernel_side_knew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
