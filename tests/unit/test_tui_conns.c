// SPDX-License-Identifier: GPL-2.0-only
/* Connections by port: how many there are, how many came in a second, and what is not counted. */
#include "boards.h"

static struct connection connection;
static uint64_t next_socket;

/* From or to 192.0.2.1:40000, 443. */
static void connect_as(enum event_kind kind, uint16_t local, uint64_t socket, uint64_t now_ns)
{
	bool incoming = kind == EVENT_ACCEPT;
	struct event event = an_event(kind, NULL);

	connection = (struct connection){
		.remote = an_endpoint(IPPROTO_TCP, incoming ? 40000 : 443),
		.passive = incoming,
	};
	event.socket.local = an_endpoint(IPPROTO_TCP, local);
	event.socket.local.addr[0] = 10;
	event.socket.sk = event.socket.cookie = socket;
	event.connection = &connection;
	event.time_ns = now_ns;
	assert_int_equal(board_event(&board, &event, now_ns), 0);
}

static const struct conn_row *first(void)
{
	assert_true(list_refresh(&board.conns.list, 10));
	assert_true(board.conns.list.n > 0);
	return (const struct conn_row *)board.conns.list.shown[0];
}

static void what_came_in_is_counted_by_the_port_here(void **state)
{
	(void)state;
	tell(EVENT_EXISTING, 80, 7, START);
	connect_as(EVENT_ACCEPT, 80, 1, START);
	connect_as(EVENT_ACCEPT, 80, 2, START);
	assert_int_equal(board.conns.list.n_all, 1);
	assert_true(first()->key.incoming);
	assert_int_equal(first()->key.port, 80);
	assert_int_equal(first()->n_now, 2);
	assert_int_equal(first()->item.kept.event.actor.process->tgid, 7);
	connect_as(EVENT_END, 80, 1, START);
	assert_int_equal(first()->n_now, 1);
	assert_int_equal(first()->n_total, 2);
}

static void what_went_out_is_counted_by_the_port_there(void **state)
{
	(void)state;
	connect_as(EVENT_CONNECT, 41000, 1, START);
	connect_as(EVENT_CONNECT, 41001, 2, START);
	assert_int_equal(board.conns.list.n_all, 1);
	assert_false(first()->key.incoming);
	assert_int_equal(first()->key.port, 443);
	assert_int_equal(first()->n_now, 2);
}

/* It may have begun before anything was told, or have been told twice. */
static void no_count_is_ever_wrong_by_what_was_not_told(void **state)
{
	(void)state;
	connect_as(EVENT_END, 80, 1, START);
	assert_int_equal(board.conns.list.n_all, 0);
	tell(EVENT_EXISTING, 80, 7, START);
	connect_as(EVENT_EXISTING, 80, 2, START);
	connect_as(EVENT_ACCEPT, 80, 2, START);
	assert_int_equal(first()->n_now, 1);
	connect_as(EVENT_END, 80, 3, START);
	assert_int_equal(first()->n_now, 1);
	connect_as(EVENT_END, 80, 2, START);
	connect_as(EVENT_END, 80, 2, START);
	assert_int_equal(first()->n_now, 0);
}

/* Of what is there already the direction is told by the listener, if one is there. */
static void what_was_there_before_is_no_rate(void **state)
{
	(void)state;
	tell(EVENT_EXISTING, 80, 7, START);
	connect_as(EVENT_EXISTING, 80, 1, START);
	assert_true(first()->key.incoming);
	assert_int_equal(first()->n_total, 0);
	conns_age(&board.conns, START + SECOND);
	assert_int_equal(conn_rate(first()), 0);
	connect_as(EVENT_EXISTING, 50000, 2, START);
	assert_int_equal(board.conns.list.n_all, 2);
}

static void the_rate_is_that_of_the_last_whole_second(void **state)
{
	struct buf trend = { 0 };

	(void)state;
	conn_columns_ascii = true;
	for (uint64_t s = 0; s < 3; s++)
		for (uint64_t i = 0; i < 4 * (s + 1); i++)
			connect_as(EVENT_CONNECT, 41000, ++next_socket, START + s * SECOND);
	assert_int_equal(conn_rate(first()), 8);
	assert_int_equal(conns_due(&board.conns), START + 3 * SECOND);
	assert_false(conns_age(&board.conns, START + 3 * SECOND - 1));
	assert_true(conns_age(&board.conns, START + 3 * SECOND));
	assert_int_equal(conn_rate(first()), 12);
	conn_columns[5].put(&first()->item.kept.event, enrich, &trend);
	assert_int_equal(trend.len, CONNS_SECONDS - 1);
	assert_memory_equal(trend.data + trend.len - 4, " -+#", 4);
	conns_age(&board.conns, START + 4 * SECOND);
	assert_int_equal(conn_rate(first()), 0);
	buf_free(&trend);
}

static void a_pause_leaves_no_old_seconds(void **state)
{
	(void)state;
	connect_as(EVENT_CONNECT, 41000, 1, START);
	conns_age(&board.conns, START + CONNS_SECONDS * SECOND);
	for (size_t i = 0; i < CONNS_SECONDS; i++)
		assert_int_equal(first()->counts[i], 0);
}

/* Nor does a second that comes round. */
static void each_second_begins_at_none(void **state)
{
	(void)state;
	connect_as(EVENT_CONNECT, 41000, 1, START);
	for (uint64_t s = 1; s <= CONNS_SECONDS; s++)
		conns_age(&board.conns, START + s * SECOND);
	assert_int_equal(first()->counts[first()->second % CONNS_SECONDS], 0);
}

static void a_port_without_any_goes(void **state)
{
	(void)state;
	connect_as(EVENT_CONNECT, 41000, 1, START);
	conns_age(&board.conns, START + CONNS_IDLE_NS);
	assert_int_equal(board.conns.list.n_all, 1);
	/* As long as it has one nothing of it changes by itself. */
	assert_int_equal(conns_due(&board.conns), UINT64_MAX);
	connect_as(EVENT_END, 41000, 1, START + CONNS_IDLE_NS);
	conns_age(&board.conns, START + CONNS_IDLE_NS + SECOND);
	assert_int_equal(board.conns.list.n_all, 0);
	assert_int_equal(conns_due(&board.conns), UINT64_MAX);
}

static void to_port(uint16_t port, uint64_t socket)
{
	struct event event = an_event(EVENT_CONNECT, NULL);

	connection = (struct connection){ .remote = an_endpoint(IPPROTO_TCP, port) };
	event.socket.sk = event.socket.cookie = socket;
	event.connection = &connection;
	assert_int_equal(board_event(&board, &event, START), 0);
}

static void ports_and_connections_are_bounded_and_what_is_more_is_counted(void **state)
{
	(void)state;
	for (uint16_t port = 1; port <= CONNS_ROWS_MAX + 10; port++)
		to_port(port, port);
	assert_int_equal(board.conns.list.n_all, CONNS_ROWS_MAX);
	assert_int_equal(board.conns.left_out, 10);
	/* One without connections gives its place. */
	connect_as(EVENT_END, 1, 5, START);
	to_port(60000, 60000);
	assert_int_equal(board.conns.list.n_all, CONNS_ROWS_MAX);
	assert_int_equal(board.conns.left_out, 10);
	for (uint64_t socket = 0; socket < CONNS_KNOWN_MAX; socket++)
		to_port(60000, 100000 + socket);
	assert_int_equal(board.conns.n_known, CONNS_KNOWN_MAX);
	assert_true(board.conns.left_out > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(what_came_in_is_counted_by_the_port_here),
		BOARD_TEST(what_went_out_is_counted_by_the_port_there),
		BOARD_TEST(no_count_is_ever_wrong_by_what_was_not_told),
		BOARD_TEST(what_was_there_before_is_no_rate),
		BOARD_TEST(the_rate_is_that_of_the_last_whole_second),
		BOARD_TEST(a_pause_leaves_no_old_seconds),
		BOARD_TEST(each_second_begins_at_none),
		BOARD_TEST(a_port_without_any_goes),
		BOARD_TEST(ports_and_connections_are_bounded_and_what_is_more_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
