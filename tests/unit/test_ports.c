// SPDX-License-Identifier: GPL-2.0-only
/* What opens, changes and closes is told, each once. */
#include "port_table.h"

static void an_open_and_its_close_are_paired_with_the_lifetime(void **state)
{
	const struct event *event;

	(void)state;
	open_port(1, 80, 10, 5 * SECOND);
	assert_int_equal(ports_count(ports), 1);
	close_port(1, 80, 10, 8 * SECOND);
	assert_int_equal(ports_count(ports), 0);
	assert_int_equal(n_told, 2);
	event = assert_told(0, EVENT_OPEN, 80, 10);
	assert_int_equal(event->from, RECORD_OPEN);
	assert_int_equal(event->time_ns, 5 * SECOND);
	assert_int_equal(event->sharing, 1);
	assert_int_equal(event->actor.source, SOURCE_KERNEL);
	assert_string_equal(event->actor.comm, "comm10");
	event = assert_told(1, EVENT_CLOSE, 80, 10);
	assert_int_equal(event->from, RECORD_CLOSE);
	assert_int_equal(event->lifetime_ns, 3 * SECOND);
	assert_int_equal(event->cause, CLOSE_CLOSED);
	assert_int_equal(event->sharing, 0);
}

static void the_way_into_the_kernel_is_told_with_an_open_and_a_change(void **state)
{
	struct decoded record = a_port_record(RECORD_OPEN, 1, 80, 10, 5 * SECOND);

	(void)state;
	record.origin = ORIGIN_BY_IO_URING;
	apply(&record);
	assert_int_equal(assert_told(0, EVENT_OPEN, 80, 10)->origin, ORIGIN_BY_IO_URING);
	record.kind = RECORD_CHANGE;
	record.origin = ORIGIN_BY_SYSCALL;
	record.socket.backlog++;
	apply(&record);
	assert_int_equal(assert_told(1, EVENT_CHANGE, 80, 10)->origin, ORIGIN_BY_SYSCALL);
}

static void what_two_hooks_saw_is_told_once(void **state)
{
	(void)state;
	open_port(1, 80, 10, 5);
	open_port(1, 80, 10, 6);
	assert_int_equal(n_told, 1);
	close_port(1, 80, 10, 7);
	close_port(1, 80, 10, 8);
	assert_int_equal(n_told, 2);
}

static void sockets_of_one_port_open_once_and_close_once(void **state)
{
	static const enum event_kind kinds[] = { EVENT_OPEN,   EVENT_CHANGE, EVENT_CHANGE,
						 EVENT_CHANGE, EVENT_CHANGE, EVENT_CLOSE };
	static const uint32_t sharing[] = { 1, 2, 3, 2, 1, 0 };

	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		open_port(i, 80, 10 + i, i);
	for (uint32_t i = 1; i <= 3; i++)
		close_port(i, 80, 10 + i, 10 + i);
	assert_int_equal(n_told, COUNT(kinds));
	for (uint32_t i = 0; i < COUNT(kinds); i++) {
		assert_told(i, kinds[i], 80, 11 + i % 3);
		assert_int_equal(told[i].event.sharing, sharing[i]);
		assert_int_equal(told[i].event.from, i < 3 ? RECORD_OPEN : RECORD_CLOSE);
	}
	open_port(4, 80, 14, 20);
	assert_told(6, EVENT_OPEN, 80, 14);
}

/* A UDP socket may be bound again after connect(AF_UNSPEC). */
static void a_socket_that_moves_closes_its_old_port(void **state)
{
	(void)state;
	open_port(1, 53, 10, 5);
	open_port(1, 54, 10, 6);
	assert_int_equal(n_told, 3);
	assert_told(1, EVENT_CLOSE, 53, 10);
	assert_told(2, EVENT_OPEN, 54, 10);
	close_port(1, 54, 10, 7);
	assert_told(3, EVENT_CLOSE, 54, 10);
	assert_int_equal(ports_count(ports), 0);
}

static void each_part_of_an_endpoint_makes_another_port(void **state)
{
	struct decoded records[6];

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++)
		records[i] = a_port_record(RECORD_OPEN, i + 1, 80, 10, 5);
	records[1].socket.local.netns++;
	records[2].socket.local.proto = IPPROTO_UDP;
	records[3].socket.local.addr[0] = 127;
	records[4].socket.local.family = AF_INET6;
	records[5].socket.local.ifindex = 2;
	for (size_t i = 0; i < COUNT(records); i++) {
		apply(&records[i]);
		assert_told(i, EVENT_OPEN, 80, 10);
	}
	assert_int_equal(n_told, COUNT(records));
}

static void another_backlog_is_a_change_and_the_same_is_none(void **state)
{
	struct decoded record = a_port_record(RECORD_CHANGE, 1, 80, 11, 6);

	(void)state;
	apply(&record); /* of a socket nobody knows */
	open_port(1, 80, 10, 5);
	apply(&record);
	assert_int_equal(n_told, 1);
	record.socket.backlog = 5;
	apply(&record);
	apply(&record);
	assert_int_equal(n_told, 2);
	assert_told(1, EVENT_CHANGE, 80, 11);
	assert_int_equal(told[1].event.from, RECORD_CHANGE);
	assert_int_equal(told[1].event.socket.backlog, 5);
	assert_int_equal(told[1].event.sharing, 1);
}

static void what_the_process_was_told_of_is_there_at_its_open(void **state)
{
	struct decoded task = { .type = DECODED_TASK, .task = a_task(10), .exe = "/bin/server" };

	(void)state;
	assert_int_equal(procs_told(procs, &task), 0);
	open_port(1, 80, 10, 5);
	assert_true(told[0].process.described);
	assert_string_equal(told[0].process.exe, "/bin/server");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_open_and_its_close_are_paired_with_the_lifetime),
		TEST(the_way_into_the_kernel_is_told_with_an_open_and_a_change),
		TEST(what_two_hooks_saw_is_told_once),
		TEST(sockets_of_one_port_open_once_and_close_once),
		TEST(a_socket_that_moves_closes_its_old_port),
		TEST(each_part_of_an_endpoint_makes_another_port),
		TEST(another_backlog_is_a_change_and_the_same_is_none),
		TEST(what_the_process_was_told_of_is_there_at_its_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
