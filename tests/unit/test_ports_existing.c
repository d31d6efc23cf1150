// SPDX-License-Identifier: GPL-2.0-only
/* What was open before: the first snapshot. */
#include "port_table.h"

static void existing_ports_are_told_once_each_with_all_holders(void **state)
{
	const struct event *event;

	(void)state;
	found(1, 443, 0);
	found(2, 80, 30);
	found(2, 80, 20);
	found(2, 80, 30); /* a second descriptor */
	found(3, 80, 30); /* a second socket of the port */
	found(3, 80, 40);
	load(EVENT_EXISTING);
	assert_int_equal(n_told, 2);
	assert_int_equal(ports_count(ports), 3);
	event = assert_told(0, EVENT_EXISTING, 80, told[0].holders[0]);
	assert_true(event->holders_known);
	assert_int_equal(event->n_holders, 3);
	assert_int_equal(event->sharing, 2);
	assert_int_equal(event->actor.source, SOURCE_PROC);
	assert_int_equal(event->actor.tid, 0);
	assert_int_equal(told[0].holders[0] + told[0].holders[1] + told[0].holders[2], 90);
	event = assert_told(1, EVENT_EXISTING, 443, 0);
	assert_true(event->holders_known);
	assert_int_equal(event->n_holders, 0);
}

static void a_holder_that_may_be_hidden_is_not_told_to_be_none(void **state)
{
	(void)state;
	snapshot.holders_hidden = true;
	found(1, 443, 0);
	found(2, 80, 30);
	load(EVENT_EXISTING);
	assert_true(assert_told(0, EVENT_EXISTING, 80, told[0].holders[0])->holders_known);
	assert_false(assert_told(1, EVENT_EXISTING, 443, 0)->holders_known);
}

static void an_existing_port_is_shown_with_its_longest_running_holder(void **state)
{
	(void)state;
	found(1, 80, 30);
	found(1, 80, 20);
	load(EVENT_EXISTING);
	assert_told(0, EVENT_EXISTING, 80, 20);
	assert_int_equal(told[0].holders[0], 20);
	assert_int_equal(told[0].holders[1], 30);
}

static void existing_closes_once_and_without_a_lifetime(void **state)
{
	(void)state;
	found(1, 80, 10);
	found(2, 80, 10);
	load(EVENT_EXISTING);
	close_port(1, 80, 10, 60 * SECOND);
	close_port(2, 80, 10, 61 * SECOND);
	assert_told(1, EVENT_CHANGE, 80, 10);
	assert_told(2, EVENT_CLOSE, 80, 10);
	assert_int_equal(told[2].event.lifetime_ns, 0);
}

/* Its open is in a record that is still to be applied: then it is an open, told once. */
static void what_opened_during_the_snapshot_is_skipped(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5);
	struct decoded later = a_port_record(RECORD_OPEN, 1, 82, 12, 7);
	struct socket_set skip = { 0 };

	(void)state;
	assert_int_equal(socket_set_add(&skip, &record.socket), 0);
	/* Another socket at the same address, later, does not take its place. */
	later.socket.cookie = 5555;
	assert_int_equal(socket_set_add(&skip, &later.socket), 0);
	found(1, 80, 10);
	found(2, 81, 11);
	snapshot_sort(&snapshot);
	assert_int_equal(ports_load(ports, &snapshot, EVENT_EXISTING, &skip), 0);
	socket_set_free(&skip);
	assert_int_equal(n_told, 1);
	assert_told(0, EVENT_EXISTING, 81, 11);
	apply(&record);
	assert_told(1, EVENT_OPEN, 80, 10);
}

static void existing_udp_is_what_has_no_peer(void **state)
{
	(void)state;
	found_udp(1, 53, false, false);
	found_udp(2, 54, true, false);
	found_udp(3, 55, true, true);
	load(EVENT_EXISTING);
	assert_int_equal(n_told, 1);
	assert_told(0, EVENT_EXISTING, 53, 10);
}

static void an_empty_snapshot_tells_nothing(void **state)
{
	(void)state;
	load(EVENT_EXISTING);
	assert_int_equal(n_told, 0);
	assert_false(ports_any_missing(ports, &snapshot, UINT64_MAX));
	drop(UINT64_MAX);
	assert_int_equal(n_told, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(existing_ports_are_told_once_each_with_all_holders),
		TEST(a_holder_that_may_be_hidden_is_not_told_to_be_none),
		TEST(an_existing_port_is_shown_with_its_longest_running_holder),
		TEST(existing_closes_once_and_without_a_lifetime),
		TEST(what_opened_during_the_snapshot_is_skipped),
		TEST(existing_udp_is_what_has_no_peer),
		TEST(an_empty_snapshot_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
