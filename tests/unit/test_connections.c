// SPDX-License-Identifier: GPL-2.0-only
/* Records of connections into events. */
#include "conns.h"

/* --- what an event has ---------------------------------------------------------------- */

static void each_record_is_the_event_of_its_kind(void **state)
{
	static const struct {
		enum record_kind record;
		enum event_kind event;
	} table[] = {
		{ RECORD_BIND, EVENT_BIND },     { RECORD_CONNECT, EVENT_CONNECT },
		{ RECORD_ACCEPT, EVENT_ACCEPT }, { RECORD_END, EVENT_END },
		{ RECORD_FAIL, EVENT_FAIL },     { RECORD_STATE, EVENT_STATE },
	};

	(void)state;
	assert_int_equal(COUNT(table), RECORD_KINDS - RECORD_BIND);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct decoded record = a_connection(table[i].record, address("10.0.0.1", 80));

		record.origin = ORIGIN_BY_IO_URING;
		apply(&record);
		assert_int_equal(told.kind, table[i].event);
		assert_int_equal(told.from, table[i].record);
		assert_int_equal(told.time_ns, 8 * SECOND);
		assert_int_equal(told.origin, ORIGIN_BY_IO_URING);
		assert_string_equal(told.hook, "a hook");
		assert_int_equal(told.socket.cookie, 1099);
		assert_memory_equal(&told.socket.local, &record.socket.local,
				    sizeof(told.socket.local));
		assert_int_equal(told.actor.tid, 20);
		assert_int_equal(told.actor.uid, 1000);
		assert_int_equal(told.actor.gid, 100);
		assert_string_equal(told.actor.comm, "comm20");
		assert_int_equal(process.tgid, 20);
	}
}

static void what_only_connections_have_is_passed_on(void **state)
{
	struct decoded record = a_connection(RECORD_FAIL, address("10.0.0.1", 80));

	(void)state;
	record.connection = (struct connection){ .remote = address("192.0.2.1", 443),
						 .bytes_sent = 1,
						 .bytes_received = 2,
						 .bytes_known = true,
						 .no_local = true,
						 .error = 111,
						 .op = "connect",
						 .old_state = "SYN_SENT",
						 .new_state = "CLOSE" };
	apply(&record);
	assert_memory_equal(&connection, &record.connection, sizeof(connection));
}

/* The one time of a record is the latency of a connect, and the lifetime at the end. */
static void the_span_is_a_latency_until_the_end(void **state)
{
	struct decoded record = a_connection(RECORD_CONNECT, address("10.0.0.1", 80));

	(void)state;
	record.span_ns = 1500;
	apply(&record);
	assert_int_equal(connection.latency_ns, 1500);
	assert_int_equal(told.lifetime_ns, 0);
	record.kind = RECORD_END;
	apply(&record);
	assert_int_equal(connection.latency_ns, 0);
	assert_int_equal(told.lifetime_ns, 1500);
}

static void how_the_process_is_known_is_said(void **state)
{
	static const enum process_source sources[] = { SOURCE_KERNEL, SOURCE_SOCKET, SOURCE_PROC };

	(void)state;
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct decoded record = a_connection(RECORD_END, address("10.0.0.1", 80));

		record.source = sources[i];
		apply(&record);
		assert_int_equal(told.actor.source, sources[i]);
		assert_int_equal(process.tgid, 20);
	}
}

/* It is ours: a listener at this address has nothing to do with it. */
static void an_outgoing_connection_of_nobody_known_is_nobodys(void **state)
{
	struct decoded record = a_connection(RECORD_STATE, address("10.0.0.1", 80));

	(void)state;
	listens(1, "10.0.0.1", 10);
	record.source = SOURCE_UNKNOWN;
	apply(&record);
	assert_null(told.actor.process);
	assert_int_equal(told.actor.source, SOURCE_UNKNOWN);
}

static void a_connection_leaves_the_ports_alone(void **state)
{
	struct decoded record = a_connection(RECORD_END, address("10.0.0.1", 80));

	(void)state;
	listens(99, "10.0.0.1", 10); /* the same socket's address, used again */
	apply(&record);
	assert_int_equal(ports_count(ports), 1);
}

/* References are given back: a thousand connections keep nobody. */
static void references_are_given_back(void **state)
{
	struct task_ref task = a_task(20);
	struct process *p;

	(void)state;
	listens(1, "10.0.0.1", 10);
	for (int i = 0; i < 1000; i++) {
		struct decoded record = a_connection(RECORD_CONNECT, address("10.0.0.9", 80));

		apply(&record);
		owner_of("10.0.0.1");
	}
	p = procs_get(procs, &task);
	assert_int_equal(p->refs, 1);
	procs_put(procs, p);
	task = a_task(10);
	p = procs_get(procs, &task);
	assert_int_equal(p->refs, 2); /* the open port, and we */
	procs_put(procs, p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONN_TEST(each_record_is_the_event_of_its_kind),
		CONN_TEST(what_only_connections_have_is_passed_on),
		CONN_TEST(the_span_is_a_latency_until_the_end),
		CONN_TEST(how_the_process_is_known_is_said),
		CONN_TEST(an_outgoing_connection_of_nobody_known_is_nobodys),
		CONN_TEST(a_connection_leaves_the_ports_alone),
		CONN_TEST(references_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
