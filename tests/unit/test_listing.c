// SPDX-License-Identifier: GPL-2.0-only
/* The table of list: golden texts. */
#include "sinks.h"

#include "model/verdict.h"

#include <locale.h>

static void begin(const char *columns, size_t width)
{
	choose(columns);
	sink.ops = &sink_listing;
	sink.width = width;
	buf_clear(&out);
	sink_listing.begin(&sink, &out);
}

static struct event a_port(uint16_t port)
{
	struct event event = an_event(EVENT_EXISTING, &process);

	event.socket.local.port = port;
	event.socket.state = 10; /* LISTEN */
	event.socket.inode = 123456;
	event.socket.queue_known = true;
	event.socket.accept_queue = 2;
	event.holders_known = true;
	return event;
}

static void put(const struct event *event)
{
	sink_listing.event(&sink, event, &out);
}

static void assert_table(const char *expected)
{
	sink_listing.end(&sink, &out);
	assert_false(out.failed);
	assert_text(&out, expected);
}

static void columns_are_as_wide_as_what_is_in_them(void **state)
{
	struct event short_one = a_port(80), long_one = a_port(65535);
	struct process *holders[] = { &process, &process };

	(void)state;
	long_one.socket.local.family = AF_INET6;
	memset(long_one.socket.local.addr, 0x20, 16);
	long_one.holders = holders;
	long_one.n_holders = 2;
	begin("proto,state,local,user,pid,comm,queue,backlog,inode,holders", 0);
	put(&short_one);
	put(&long_one);
	assert_table(
		"PROTO STATE  LOCAL                                           USER  PID COMM    QUEUE BACKLOG  INODE HOLDERS\n"
		"tcp   LISTEN 0.0.0.0:80                                      1000 4242 python3     2     128 123456 none\n"
		"tcp   LISTEN [2020:2020:2020:2020:2020:2020:2020:2020]:65535 1000 4242 python3     2     128 123456 4242,4242\n");
}

static void a_port_of_nobody_says_so(void **state)
{
	struct event event = an_event(EVENT_EXISTING, NULL);

	(void)state;
	event.holders_known = true;
	event.socket.local.proto = IPPROTO_UDP;
	begin("proto,state,local,pid,comm,queue,holders", 0);
	put(&event);
	event.socket.kernel = true;
	put(&event);
	assert_table("PROTO STATE  LOCAL        PID COMM        QUEUE HOLDERS\n"
		     "udp   UNCONN 0.0.0.0:8080   - (no holder)       none\n"
		     "udp   UNCONN 0.0.0.0:8080   - (kernel)          kernel\n");
}

static void connections_have_a_state_and_another_end(void **state)
{
	struct connection connection;
	struct event event = a_connection_event(EVENT_EXISTING, &connection);

	(void)state;
	connection.new_state = "TIME_WAIT";
	begin("proto,state,local,remote", 0);
	put(&event);
	assert_table("PROTO STATE     LOCAL         REMOTE\n"
		     "tcp   TIME_WAIT 10.0.0.1:8080 192.0.2.1:443\n");
}

/* Text gives way; an address with its port does not. */
static void a_narrow_terminal_cuts_names_and_no_port(void **state)
{
	struct event event = a_port(65535);

	(void)state;
	event.socket.local.family = AF_INET6;
	memset(event.socket.local.addr, 0x20, 16);
	for (size_t width = 20; width < 100; width++) {
		begin("proto,local,comm,args", width);
		put(&event);
		sink_listing.end(&sink, &out);
		assert_contains(text_of(&out), "[2020:2020:2020:2020:2020:2020:2020:2020]:65535");
	}
	begin("proto,local,comm,args", 70);
	put(&event);
	assert_table("PROTO LOCAL                                           COMM ARGS\n"
		     "tcp   [2020:2020:2020:2020:2020:2020:2020:2020]:65535 pyth python3 -m\n");
}

/* Beside the others where there is room, broken at blanks; else below. */
static void a_reason_is_read_whole(void **state)
{
	const struct verdict verdict = {
		.kind = VERDICT_UNEXPECTED,
		.rule = "default",
		.why = "no rule allows it, and none that is there names tcp/80",
	};
	struct event event = a_port(80), other = a_port(81);

	(void)state;
	event.verdict = &verdict;
	begin("local,comm,why", 73);
	put(&event);
	put(&other);
	assert_table("LOCAL      COMM    WHY\n"
		     "0.0.0.0:80 python3 no rule allows it, and none that is there names tcp/80\n"
		     "0.0.0.0:81 python3\n");
	begin("local,comm,why", 72);
	put(&event);
	put(&other);
	assert_table("LOCAL      COMM    WHY\n"
		     "0.0.0.0:80 python3 no rule allows it, and none that is there names\n"
		     "                   tcp/80\n"
		     "0.0.0.0:81 python3\n");
	begin("local,comm,why", 58);
	put(&event);
	put(&other);
	assert_table("LOCAL      COMM\n"
		     "0.0.0.0:80 python3\n"
		     "  no rule allows it, and none that is there names tcp/80\n"
		     "0.0.0.0:81 python3\n");
	begin("local,comm,why", 30);
	put(&event);
	assert_table("LOCAL      COMM\n"
		     "0.0.0.0:80 python3\n"
		     "  no rule allows it, and none\n"
		     "  that is there names tcp/80\n");
}

static void hostile_names_are_escaped_before_the_library_sees_them(void **state)
{
	struct event event = a_port(80);

	(void)state;
	snprintf(event.actor.comm, sizeof(event.actor.comm), "a\033[2Jb\nc\xff");
	begin("local,comm", 0);
	put(&event);
	assert_table("LOCAL      COMM\n"
		     "0.0.0.0:80 a\\x1b[2Jb\\x0ac\\xff\n");
}

static void nothing_to_list_prints_nothing(void **state)
{
	(void)state;
	begin("proto,local", 80);
	assert_table("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(columns_are_as_wide_as_what_is_in_them),
		SINK_TEST(a_port_of_nobody_says_so),
		SINK_TEST(connections_have_a_state_and_another_end),
		SINK_TEST(a_narrow_terminal_cuts_names_and_no_port),
		SINK_TEST(a_reason_is_read_whole),
		SINK_TEST(hostile_names_are_escaped_before_the_library_sees_them),
		SINK_TEST(nothing_to_list_prints_nothing),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
