// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "model/snapshot.h"

static struct procs *procs;
static struct snapshot snapshot;

static int set_up(void **state)
{
	(void)state;
	procs = procs_new();
	snapshot_init(&snapshot, procs);
	return !procs;
}

static int tear_down(void **state)
{
	(void)state;
	snapshot_free(&snapshot);
	procs_free(procs);
	return 0;
}

static void add(const struct decoded *record)
{
	assert_int_equal(snapshot_add(&snapshot, record), 0);
}

static void held(uint64_t sk, uint16_t port, uint32_t tgid, uint32_t tid)
{
	struct decoded record = a_record(DECODED_HOLDER, sk, port, tgid);

	record.task.tid = tid;
	add(&record);
}

/* Its threads come between those of others, each with a table of its own. */
static void a_process_holds_a_socket_once_whatever_its_threads_do(void **state)
{
	const struct snapshot_row *row;

	(void)state;
	for (uint32_t tid = 0; tid < 100; tid++) {
		held(1, 80, 20, 200 + tid);
		held(1, 80, 10, 300 + tid);
	}
	held(1, 80, 10, 10);
	held(1, 80, 10, 10);
	snapshot_sort(&snapshot);
	assert_int_equal(snapshot.n, 1);
	row = snapshot.rows[0];
	assert_int_equal(row->n_holders, 2);
	assert_int_equal(row->holders[0]->tgid, 10); /* started before */
	assert_int_equal(row->holders[1]->tgid, 20);
	assert_int_equal(row->holders[0]->refs, 1);
	assert_int_equal(snapshot_actor(row).process->tgid, 10);
}

/* Addresses as slabs give them, and more of them than the table has room for at first. */
static void of_thousands_each_is_found_again(void **state)
{
	const uint64_t sockets = 5000;

	(void)state;
	for (uint64_t i = 0; i < sockets; i++)
		held(0xffff888000000000 + i * 2304, (uint16_t)(1 + i), 1 + (uint32_t)i % 100, 1);
	assert_int_equal(snapshot.n, sockets);
	for (uint64_t i = 0; i < sockets; i++) {
		struct socket_info key = a_record(DECODED_HOLDER, 0xffff888000000000 + i * 2304,
						  (uint16_t)(1 + i), 1)
						 .socket;
		const struct snapshot_row *row = snapshot_find(&snapshot, &key);

		assert_non_null(row);
		assert_int_equal(row->socket.local.port, 1 + i);
		assert_int_equal(row->holders[0]->tgid, 1 + i % 100);
		key.sk++;
		assert_null(snapshot_find(&snapshot, &key));
	}
}

/* A cookie is made while the tables are read: the first row has none yet. */
static void a_cookie_that_came_later_is_taken(void **state)
{
	struct decoded record = a_record(DECODED_HOLDER, 1, 80, 10);

	(void)state;
	record.socket.cookie = 0;
	add(&record);
	record = a_record(DECODED_SOCKET, 1, 80, 0);
	add(&record);
	snapshot_sort(&snapshot);
	assert_int_equal(snapshot.n, 1);
	assert_int_equal(snapshot.rows[0]->socket.cookie, 1001);
	assert_int_equal(snapshot.rows[0]->n_holders, 1);
}

static void another_socket_at_the_same_address_has_other_holders(void **state)
{
	struct decoded record = a_record(DECODED_SOCKET, 1, 81, 0);

	(void)state;
	held(1, 80, 10, 10);
	record.socket.cookie = 5;
	record.socket.inode = 6;
	add(&record);
	snapshot_sort(&snapshot);
	assert_int_equal(snapshot.n, 1);
	assert_int_equal(snapshot.rows[0]->n_holders, 0);
	assert_int_equal(snapshot.rows[0]->socket.inode, 6);
	assert_int_equal(snapshot.rows[0]->socket.local.port, 81);
	assert_null(snapshot_actor(snapshot.rows[0]).process);
}

static void connection(uint64_t sk, uint16_t port, uint16_t remote)
{
	struct decoded record = a_record(DECODED_SOCKET, sk, port, 0);

	record.socket.connected = true;
	record.connection.remote = an_endpoint(IPPROTO_TCP, remote);
	record.connection.new_state = "ESTABLISHED";
	add(&record);
}

static void ports_come_before_the_connections_of_the_same_number(void **state)
{
	static const uint64_t order[] = { 4, 3, 2, 1, 5 };

	(void)state;
	connection(1, 80, 2000);
	connection(2, 80, 1000);
	held(3, 80, 10, 10);
	held(4, 22, 10, 10);
	held(5, 443, 10, 10);
	snapshot_sort(&snapshot);
	assert_int_equal(snapshot.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(snapshot.rows[i]->socket.sk, order[i]);
	assert_int_equal(snapshot.rows[2]->remote.port, 1000);
	assert_string_equal(snapshot.rows[2]->state, "ESTABLISHED");
	assert_int_equal(snapshot.rows[1]->remote.port, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_holds_a_socket_once_whatever_its_threads_do),
		TEST(a_cookie_that_came_later_is_taken),
		TEST(of_thousands_each_is_found_again),
		TEST(another_socket_at_the_same_address_has_other_holders),
		TEST(ports_come_before_the_connections_of_the_same_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
