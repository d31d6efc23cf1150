// SPDX-License-Identifier: GPL-2.0-only
/* Columns, the detail and the table's lines of connections, binds and failed calls. */
#include "sinks.h"

#include <errno.h>

static struct connection c;

/* What the column shows of the event; until the next call. */
static const char *shown(const char *column, const struct event *event)
{
	struct column_list list;
	const char *bad;

	assert_int_equal(columns_parse(column, &list, &bad), 0);
	buf_clear(&out);
	list.columns[0]->put(event, enrich, &out);
	return text_of(&out);
}

#define assert_shown(column, event, expected) assert_string_equal(shown(column, event), expected)

/* In the host's namespace, which is not told, and of a process without a command line. */
static struct event plain_event(enum event_kind kind)
{
	enrich_set_host_netns(enrich, A_NETNS);
	process.args_len = 0;
	process.exe = NULL;
	return a_connection_event(kind, &c);
}

static void every_column_of_a_connection_shows_what_is_known(void **state)
{
	struct event event = a_connection_event(EVENT_END, &c);

	(void)state;
	c.latency_ns = 125499;
	c.bytes_known = true;
	c.bytes_sent = 10;
	c.bytes_received = 1000000000000;
	event.origin = ORIGIN_BY_IO_URING;
	event.lifetime_ns = 1500000000;
	assert_shown("event", &event, "end");
	assert_shown("local", &event, "10.0.0.1:8080");
	assert_shown("remote", &event, "192.0.2.1:443");
	assert_shown("latency", &event, "0.125ms");
	assert_shown("sent", &event, "10");
	assert_shown("received", &event, "1000000000000");
	assert_shown("lifetime", &event, "1.500s");
	assert_shown("origin", &event, "io_uring");
	assert_shown("backlog", &event, ""); /* is a listener's */
	assert_shown("state", &event, "");
	assert_shown("op", &event, "");
	assert_shown("errno", &event, "");
	c.bytes_known = false;
	assert_shown("sent", &event, "");
	assert_shown("received", &event, "");
}

static void a_port_has_nothing_in_the_columns_of_connections(void **state)
{
	static const char *const names[] = { "remote", "latency", "sent",  "received",
					     "state",  "op",      "errno", "origin" };
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_shown(names[i], &event, "");
}

static void latencies_are_milliseconds_with_microseconds(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} table[] = {
		{ 0, "" },
		{ 1, "0.000ms" },
		{ 999, "0.000ms" },
		{ 1000, "0.001ms" },
		{ 999999, "0.999ms" },
		{ 1000000, "1.000ms" },
		{ 1234567, "1.234ms" },
		{ 60000000000, "60000.000ms" },
	};
	struct event event = a_connection_event(EVENT_CONNECT, &c);

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		c.latency_ns = table[i].ns;
		assert_shown("latency", &event, table[i].text);
	}
}

static void a_remote_end_of_ipv6_stands_in_brackets(void **state)
{
	struct event event = a_connection_event(EVENT_ACCEPT, &c);

	(void)state;
	c.remote.family = AF_INET6;
	memset(c.remote.addr, 0, 16);
	c.remote.addr[15] = 1;
	assert_shown("remote", &event, "[::1]:443");
	c.remote.port = 0;
	assert_shown("remote", &event, "");
}

/* It is the address that was asked for, and nobody saw it. */
static void an_unknown_local_end_is_shown_nowhere(void **state)
{
	static const char *const names[] = { "local", "port", "scope", "service" };
	struct event event = a_connection_event(EVENT_FAIL, &c);

	(void)state;
	c.op = "bind";
	c.no_local = true;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_shown(names[i], &event, "");
	assert_shown("family", &event, "ipv4");
	assert_shown("proto", &event, "tcp");
}

static void nobody_known_is_no_missing_holder(void **state)
{
	struct event event = a_connection_event(EVENT_ACCEPT, &c);

	(void)state;
	event.actor = (struct actor){ 0 };
	assert_shown("comm", &event, "(unknown)");
	assert_shown("pid", &event, "-");
	event.socket.kernel = true;
	assert_shown("comm", &event, "(kernel)");
	/* In a listing all that could hold it were looked at. */
	event.socket.kernel = false;
	event.kind = EVENT_EXISTING;
	assert_shown("comm", &event, "(unknown)");
	event.holders_known = true;
	assert_shown("comm", &event, "(no holder)");
}

static void the_detail_of_a_connect_tells_where_to_and_how_fast(void **state)
{
	struct event event = plain_event(EVENT_CONNECT);

	(void)state;
	assert_shown("detail", &event, "-> 192.0.2.1:443");
	c.latency_ns = 1234567;
	assert_shown("detail", &event, "-> 192.0.2.1:443; in 1.234ms");
	event.socket.local.netns = 5;
	assert_shown("detail", &event, "netns 5; -> 192.0.2.1:443; in 1.234ms");
	process = a_process();
	changed();
	event.socket.local.netns = A_NETNS;
	assert_shown("detail", &event, "-> 192.0.2.1:443; in 1.234ms; python3 -m http.server");
}

static void the_detail_of_an_accept_tells_from_where(void **state)
{
	struct event event = plain_event(EVENT_ACCEPT);

	(void)state;
	c.passive = true;
	assert_shown("detail", &event, "<- 192.0.2.1:443");
}

static void the_detail_of_an_end_tells_what_it_carried(void **state)
{
	struct event event = plain_event(EVENT_END);

	(void)state;
	c.bytes_known = true;
	c.bytes_sent = 10;
	event.lifetime_ns = 1500000000;
	assert_shown("detail", &event, "-> 192.0.2.1:443; 10 B sent, 0 B received; after 1.500s");
	event.lifetime_ns = 0;
	c.bytes_known = false;
	assert_shown("detail", &event, "-> 192.0.2.1:443");
}

static void the_detail_of_a_failure_tells_the_call_and_why(void **state)
{
	struct event event = plain_event(EVENT_FAIL);

	(void)state;
	c.op = "connect";
	c.error = ECONNREFUSED;
	assert_shown("detail", &event, "-> 192.0.2.1:443; connect: ECONNREFUSED");
	assert_shown("op", &event, "connect");
	assert_shown("errno", &event, "ECONNREFUSED");
	c.error = 0;
	assert_shown("detail", &event, "-> 192.0.2.1:443; connect: closed while connecting");
	assert_shown("errno", &event, "");
	c = (struct connection){ .op = "bind", .error = EADDRINUSE };
	assert_shown("detail", &event, "bind: EADDRINUSE");
}

static void the_detail_of_a_bind_tells_who_picked_the_port(void **state)
{
	struct event event = plain_event(EVENT_BIND);

	(void)state;
	c.remote.port = 0;
	assert_shown("detail", &event, "");
	c.autobind = true;
	assert_shown("detail", &event, "picked by the kernel");
}

static void the_detail_of_a_step_tells_both_states(void **state)
{
	struct event event = plain_event(EVENT_STATE);

	(void)state;
	c.old_state = "ESTABLISHED";
	c.new_state = "FIN_WAIT1";
	assert_shown("detail", &event, "-> 192.0.2.1:443; ESTABLISHED -> FIN_WAIT1");
	assert_shown("state", &event, "ESTABLISHED -> FIN_WAIT1");
	c.remote.port = 0; /* a listener */
	assert_shown("detail", &event, "ESTABLISHED -> FIN_WAIT1");
	c.new_state = NULL;
	assert_shown("state", &event, "");
}

/* And forgets it. */
static void assert_line(const struct event *event, const char *expected)
{
	assert_string_equal(line_of(&sink_table, event), expected);
	buf_clear(&out);
}

static void a_line_of_the_table_holds_a_connection(void **state)
{
	struct event event = plain_event(EVENT_CONNECT);

	(void)state;
	columns_default(&sink.columns);
	c.latency_ns = 1234567;
	assert_line(&event, "         connect   tcp   10.0.0.1:8080            4242 1000     "
			    "python3         -> 192.0.2.1:443; in 1.234ms\n");
	choose("event,remote,latency,state,op,errno,origin");
	sink_table.begin(&sink, &out);
	assert_text(&out, "EVENT     REMOTE                   LATENCY STATE                    "
			  "OP      ERRNO           ORIGIN\n");
	event = plain_event(EVENT_FAIL);
	c.op = "connect";
	c.error = ETIMEDOUT;
	assert_line(&event, "fail      192.0.2.1:443                                             "
			    "connect ETIMEDOUT       syscall\n");
}

static void a_failure_has_a_color_and_a_connection_has_none(void **state)
{
	struct event event = plain_event(EVENT_FAIL);

	(void)state;
	choose("event,errno");
	sink.color = true;
	c.op = "bind";
	c.error = EACCES;
	assert_line(&event, "\033[35mfail      EACCES\033[0m\n");
	for (int kind = EVENT_BIND; kind <= EVENT_STATE; kind++) {
		if (kind == EVENT_FAIL)
			continue;
		event = plain_event((enum event_kind)kind);
		assert_non_null(line_of(&sink_table, &event));
		assert_null(strchr(line_of(&sink_table, &event), '\033'));
		buf_clear(&out);
	}
}

static void csv_has_a_connection_in_its_columns(void **state)
{
	struct event event = a_connection_event(EVENT_FAIL, &c);

	(void)state;
	c.op = "connect";
	c.error = ECONNREFUSED;
	choose("event,local,remote,op,errno,detail");
	assert_string_equal(line_of(&sink_csv, &event),
			    "fail,10.0.0.1:8080,192.0.2.1:443,connect,ECONNREFUSED,netns 7; -> "
			    "192.0.2.1:443; connect: ECONNREFUSED; python3 -m http.server\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(every_column_of_a_connection_shows_what_is_known),
		SINK_TEST(a_port_has_nothing_in_the_columns_of_connections),
		SINK_TEST(latencies_are_milliseconds_with_microseconds),
		SINK_TEST(a_remote_end_of_ipv6_stands_in_brackets),
		SINK_TEST(an_unknown_local_end_is_shown_nowhere),
		SINK_TEST(nobody_known_is_no_missing_holder),
		SINK_TEST(the_detail_of_a_connect_tells_where_to_and_how_fast),
		SINK_TEST(the_detail_of_an_accept_tells_from_where),
		SINK_TEST(the_detail_of_an_end_tells_what_it_carried),
		SINK_TEST(the_detail_of_a_failure_tells_the_call_and_why),
		SINK_TEST(the_detail_of_a_bind_tells_who_picked_the_port),
		SINK_TEST(the_detail_of_a_step_tells_both_states),
		SINK_TEST(a_line_of_the_table_holds_a_connection),
		SINK_TEST(a_failure_has_a_color_and_a_connection_has_none),
		SINK_TEST(csv_has_a_connection_in_its_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
