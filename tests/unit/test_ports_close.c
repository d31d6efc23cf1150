// SPDX-License-Identifier: GPL-2.0-only
/* Who closes, and what is told of it. */
#include "port_table.h"

static void a_close_names_the_process_that_closes(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 80, 22, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.cause = CLOSE_PROCESS_EXIT;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 22);
	assert_int_equal(told[1].event.actor.source, SOURCE_KERNEL);
	assert_int_equal(told[1].event.cause, CLOSE_PROCESS_EXIT);
}

static void a_bystander_closes_for_the_opener(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 80, 2, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.task.bystander = true;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 10);
	assert_int_equal(told[1].event.actor.source, SOURCE_SOCKET);
	assert_string_equal(told[1].event.actor.comm, "comm10");
}

static void a_bystander_closing_for_nobody_known_names_nobody(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 80, 2, 6);

	(void)state;
	found(1, 80, 0);
	load(EVENT_EXISTING);
	record.task.bystander = true;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 0);
	assert_null(told[1].event.actor.process);
}

static void a_close_of_the_unknown_is_not_told(void **state)
{
	(void)state;
	close_port(1, 80, 10, 5);
	assert_int_equal(n_told, 0);
	assert_int_equal(ports_count(ports), 0);
}

/* At the close the kernel may have dropped the address; and 0 of a closed listener is no backlog. */
static void a_close_tells_the_port_as_it_was_opened(void **state)
{
	struct decoded record = a_port_record(RECORD_CLOSE, 1, 0, 10, 6);

	(void)state;
	open_port(1, 80, 10, 5);
	record.socket.local = (struct endpoint){ .family = AF_INET };
	record.socket.backlog = 0;
	apply(&record);
	assert_told(1, EVENT_CLOSE, 80, 10);
	assert_int_equal(told[1].event.socket.local.netns, A_NETNS);
	assert_int_equal(told[1].event.socket.backlog, 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_close_names_the_process_that_closes),
		TEST(a_bystander_closes_for_the_opener),
		TEST(a_bystander_closing_for_nobody_known_names_nobody),
		TEST(a_close_of_the_unknown_is_not_told),
		TEST(a_close_tells_the_port_as_it_was_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
