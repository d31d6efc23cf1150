// SPDX-License-Identifier: GPL-2.0-only
/* What a run's end says of its ports and peers. */
#include "unit.h"

#include "output/summary.h"

#define SECOND 1000000000ULL

static struct summary summary;
static struct buf out;
static struct process process = { .tgid = 42 };

static int forget(void **state)
{
	(void)state;
	summary_free(&summary);
	buf_free(&out);
	out = (struct buf){ 0 };
	return 0;
}

static void note(enum event_kind kind, enum record_kind from, uint64_t sk, uint16_t port,
		 uint64_t time_ns)
{
	struct event event = { .kind = kind, .from = from, .time_ns = time_ns };

	event.socket.sk = sk;
	event.socket.local = (struct endpoint){
		.family = AF_INET, .proto = IPPROTO_TCP, .port = port, .addr = { 127, 0, 0, 1 }
	};
	event.actor.process = &process;
	memcpy(event.actor.comm, "nc", 3);
	summary_note(&summary, &event);
}

static void note_connect(uint16_t port)
{
	struct connection connection = { .remote = { .family = AF_INET,
						     .proto = IPPROTO_TCP,
						     .port = port,
						     .addr = { 10, 0, 0, 1 } } };
	struct event event = { .kind = EVENT_CONNECT, .connection = &connection };

	event.socket.local = (struct endpoint){ .family = AF_INET, .proto = IPPROTO_TCP };
	event.actor.process = &process;
	memcpy(event.actor.comm, "nc\033", 4);
	summary_note(&summary, &event);
}

static const char *printed(void)
{
	buf_clear(&out);
	summary_print(&summary, &out);
	return text_of(&out);
}

static void nothing_is_said_to_be_nothing(void **state)
{
	(void)state;
	assert_string_equal(printed(), "\nno port was opened\n");
}

static void a_port_is_a_line_with_its_time(void **state)
{
	(void)state;
	note(EVENT_OPEN, RECORD_OPEN, 1, 80, SECOND);
	note(EVENT_CLOSE, RECORD_CLOSE, 1, 80, 3 * SECOND + 5000000);
	assert_string_equal(printed(),
			    "\nPROTO   OPENED                  BY                        OPEN FOR\n"
			    "tcp     127.0.0.1:80            nc (42)                   2.005 s\n");
	assert_int_equal(summary_open(&summary), 0);
}

static void again_and_again_is_one_line(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		note(EVENT_OPEN, RECORD_OPEN, i, 80, SECOND + i * SECOND);
		note(EVENT_CLOSE, RECORD_CLOSE, i, 80, SECOND + i * SECOND + SECOND / 2);
	}
	assert_int_equal(summary.n, 1);
	assert_contains(printed(), "5000.000 s in all, 10000 times\n");
	assert_int_equal(summary.beyond, 0);
}

static void what_stays_open_is_said_with_its_holder(void **state)
{
	(void)state;
	note(EVENT_OPEN, RECORD_OPEN, 1, 80, SECOND);
	note(EVENT_CLOSE, RECORD_CLOSE, 2, 80, 2 * SECOND); /* another socket */
	assert_int_equal(summary_open(&summary), 1);
	assert_contains(printed(), "nc (42)                   stays open\n");
	summary.rows[0].holder_pid = 43;
	memcpy(summary.rows[0].holder_comm, "daemon\n", 8);
	assert_contains(printed(), "stays open, held by daemon\\x0a (43)\n");
}

static void sockets_that_share_a_port_are_counted(void **state)
{
	(void)state;
	note(EVENT_OPEN, RECORD_OPEN, 1, 80, 1 * SECOND);
	note(EVENT_CHANGE, RECORD_OPEN, 2, 80, 1 * SECOND);
	note(EVENT_CHANGE, RECORD_CLOSE, 1, 80, 2 * SECOND);
	assert_int_equal(summary_open(&summary), 1);
	note(EVENT_RECOVERED, RECORD_CLOSE, 2, 80, 3 * SECOND);
	assert_contains(printed(), "3.000 s in all, 2 times\n");
}

static void peers_are_counted(void **state)
{
	(void)state;
	note_connect(443);
	note_connect(443);
	note_connect(25);
	assert_string_equal(
		printed(), "\nPROTO   CONNECTED TO            BY                        HOW OFTEN\n"
			   "tcp     10.0.0.1:443            nc\\x1b (42)               2 times\n"
			   "tcp     10.0.0.1:25             nc\\x1b (42)               1 time\n");
}

static void what_has_no_place_is_counted(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		note(EVENT_OPEN, RECORD_OPEN, i, (uint16_t)(1000 + i), SECOND);
	assert_int_equal(summary.n + summary.beyond, 5000);
	assert_contains(printed(), " more that are not in this list\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_is_said_to_be_nothing, forget),
		cmocka_unit_test_teardown(a_port_is_a_line_with_its_time, forget),
		cmocka_unit_test_teardown(again_and_again_is_one_line, forget),
		cmocka_unit_test_teardown(what_stays_open_is_said_with_its_holder, forget),
		cmocka_unit_test_teardown(sockets_that_share_a_port_are_counted, forget),
		cmocka_unit_test_teardown(peers_are_counted, forget),
		cmocka_unit_test_teardown(what_has_no_place_is_counted, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
