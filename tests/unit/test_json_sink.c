// SPDX-License-Identifier: GPL-2.0-only
#include "sinks.h"

#include <time.h>

/* The line of the event; until the next call. */
static const char *json_of(const struct event *event)
{
	buf_clear(&out);
	return line_of(&sink_json, event);
}

#define assert_line(event, expected) assert_string_equal(json_of(event), expected)

#define LOCAL                                                                                   \
	"\"proto\":\"tcp\",\"family\":\"ipv4\",\"local\":{\"addr\":\"0.0.0.0\",\"port\":8080}," \
	"\"scope\":\"any\",\"class\":\"registered\""
#define ARGS "\"args\":[\"python3\",\"-m\",\"http.server\"]"
#define PROCESS(source)                                                                       \
	"\"process\":{\"pid\":4242,\"tid\":4243,\"start_ns\":123456789,\"comm\":\"python3\"," \
	"\"exe\":\"/usr/bin/python3\"," ARGS ",\"uid\":1000,\"gid\":100,"                     \
	"\"parent\":{\"pid\":4100,\"comm\":\"bash\"},\"deleted\":false,"                      \
	"\"source\":\"" source "\"}"
#define CGROUP "\"cgroup\":{\"id\":77,\"path\":\"/user.slice\"}"
#define SOCKET                                                                         \
	"\"netns\":{\"inode\":7},"                                                     \
	"\"socket\":{\"cookie\":9,\"reuseport\":false,\"ifindex\":0,\"mptcp\":false}," \
	"\"backlog\":128"

static void an_open_tells_all_that_is_known(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	assert_line(&event, "{\"v\":1,\"event\":\"open\"," LOCAL
			    "," PROCESS("kernel") "," CGROUP "," SOCKET "}\n");
}

static void a_close_tells_lifetime_and_reason(void **state)
{
	struct event event = an_event(EVENT_CLOSE, &process);

	(void)state;
	event.lifetime_ns = 1500000000;
	event.cause = CLOSE_PROCESS_EXIT;
	event.actor.source = SOURCE_SOCKET;
	assert_line(&event,
		    "{\"v\":1,\"event\":\"close\"," LOCAL "," PROCESS(
			    "socket") "," CGROUP "," SOCKET
				      ",\"lifetime_ns\":1500000000,\"reason\":\"process-exit\"}\n");
	event.cause = CLOSE_CLOSED;
	assert_contains(json_of(&event), ",\"reason\":\"closed\"}\n");
}

static void existing_tells_its_holders(void **state)
{
	struct event event = an_event(EVENT_EXISTING, NULL);
	struct process *holders[] = { &process };

	(void)state;
	event.holders_known = true;
	assert_line(&event, "{\"v\":1,\"event\":\"existing\"," LOCAL
			    ",\"holders\":[],\"holder\":\"none\"," SOCKET "}\n");
	event.holders = holders;
	event.n_holders = 1;
	assert_line(&event, "{\"v\":1,\"event\":\"existing\"," LOCAL
			    ",\"holders\":[{\"pid\":4242,\"start_ns\":123456789,"
			    "\"comm\":\"python3\",\"exe\":\"/usr/bin/python3\"," ARGS
			    ",\"uid\":1000,\"gid\":100," CGROUP "}]," SOCKET "}\n");
}

/* A queue of none is a queue; one that is not known is absent. */
static void what_is_open_tells_its_queue_and_inode(void **state)
{
	struct event event = an_event(EVENT_EXISTING, NULL);

	(void)state;
	event.socket.inode = 5000000000;
	event.socket.queue_known = true;
	assert_contains(json_of(&event), "\"cookie\":9,\"inode\":5000000000,");
	assert_contains(json_of(&event), "\"backlog\":128,\"accept_queue\":0}");
	event.socket.accept_queue = 3;
	assert_contains(json_of(&event), ",\"accept_queue\":3}");
	event.socket.queue_known = false;
	assert_null(strstr(json_of(&event), "accept_queue"));
}

static void a_port_of_nobody_tells_whose_it_is(void **state)
{
	struct event event = an_event(EVENT_EXISTING, NULL);

	(void)state;
	assert_null(strstr(json_of(&event), "holder"));
	event.holders_known = true;
	assert_contains(json_of(&event), "\"holders\":[],\"holder\":\"none\",");
	event.socket.kernel = true;
	assert_contains(json_of(&event), "\"holders\":[],\"holder\":\"kernel\",");
}

static void recovered_tells_whether_it_opened_or_closed(void **state)
{
	struct event event = an_event(EVENT_RECOVERED, NULL);

	(void)state;
	assert_line(&event, "{\"v\":1,\"event\":\"recovered\"," LOCAL "," SOCKET
			    ",\"recovered\":\"open\"}\n");
	event.from = RECORD_CLOSE;
	event.sharing = 2;
	assert_line(&event, "{\"v\":1,\"event\":\"recovered\"," LOCAL "," SOCKET
			    ",\"sharing\":2,\"recovered\":\"close\"}\n");
}

static void what_the_service_was_down_for_is_marked(void **state)
{
	struct event event = an_event(EVENT_OPEN, NULL);

	(void)state;
	event.while_down = true;
	assert_line(&event,
		    "{\"v\":1,\"event\":\"open\"," LOCAL "," SOCKET ",\"while_down\":true}\n");
}

static void lost_tells_how_many_of_what_and_why(void **state)
{
	const struct event event = {
		.kind = EVENT_LOST, .lost_count = 3, .lost_kind = "open", .lost_cause = "ring full"
	};

	(void)state;
	assert_line(&event, "{\"v\":1,\"event\":\"lost\",\"count\":3,\"kind\":\"open\","
			    "\"cause\":\"ring full\"}\n");
}

static void a_change_tells_how_many_share_the_port(void **state)
{
	struct event event = an_event(EVENT_CHANGE, NULL);

	(void)state;
	assert_contains(json_of(&event), ",\"backlog\":128,\"sharing\":1}\n");
	event.sharing = 2;
	assert_contains(json_of(&event), ",\"sharing\":2}\n");
}

static void the_class_is_that_of_the_port(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	event.socket.local.port = 80;
	assert_contains(json_of(&event), ",\"class\":\"well-known\",");
	event.socket.local.port = 60000;
	assert_contains(json_of(&event), ",\"class\":\"dynamic\",");
}

static void the_place_is_told_with_the_cgroup(void **state)
{
	struct place place = { .unit = "a\"b.service", .container = "docker:1" };
	struct event event = an_event(EVENT_EXISTING, &process);
	struct process *holders[] = { &process };

	(void)state;
	process.place = &place;
	changed();
	assert_contains(json_of(&event), "\"cgroup\":{\"id\":77,\"path\":\"/user.slice\","
					 "\"unit\":\"a\\\"b.service\",\"container\":\"docker:1\"}");
	*process.place =
		(struct place){ .unit = "user@1.service", .user_unit = "x.scope", .pod = "1-2" };
	process.cgroup_id = 0;
	process.cgroup_path = NULL;
	changed();
	event.holders = holders;
	event.n_holders = 1;
	event.holders_known = true;
	assert_contains(json_of(&event), "\"holders\":[{\"pid\":4242,");
	assert_contains(json_of(&event), "\"gid\":100,\"cgroup\":{\"unit\":\"user@1.service\","
					 "\"user_unit\":\"x.scope\",\"pod\":\"1-2\"}}]");
}

static void what_is_unknown_is_absent(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);
	struct place nowhere = { 0 };

	(void)state;
	process.exe = process.args = process.cgroup_path = NULL;
	process.args_len = 0;
	process.described = false;
	event.actor.tid = 0;
	event.actor.source = SOURCE_PROC;
	event.socket.cookie = 0;
	assert_line(&event,
		    "{\"v\":1,\"event\":\"open\"," LOCAL
		    ",\"process\":{\"pid\":4242,\"start_ns\":123456789,\"comm\":\"python3\","
		    "\"uid\":1000,\"gid\":100,\"source\":\"proc\"},\"cgroup\":{\"id\":77},"
		    "\"netns\":{\"inode\":7},"
		    "\"socket\":{\"reuseport\":false,\"ifindex\":0,\"mptcp\":false},"
		    "\"backlog\":128}\n");
	process.cgroup_id = 0;
	process.place = &nowhere; /* looked for, and not found */
	changed();
	assert_null(strstr(json_of(&event), "cgroup"));
}

static void the_way_into_the_kernel_is_told_where_it_is_known(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	assert_null(strstr(json_of(&event), "origin"));
	event.origin = ORIGIN_BY_SYSCALL;
	assert_contains(json_of(&event), ",\"backlog\":128,\"origin\":\"syscall\"}\n");
	event.origin = ORIGIN_BY_IO_URING;
	assert_contains(json_of(&event), ",\"backlog\":128,\"origin\":\"io_uring\"}\n");
}

static void udp_has_no_backlog(void **state)
{
	struct event event = an_event(EVENT_OPEN, NULL);

	(void)state;
	event.socket.local.proto = IPPROTO_UDP;
	assert_contains(json_of(&event), "\"proto\":\"udp\"");
	assert_null(strstr(json_of(&event), "backlog"));
}

static void ipv6_tells_v6only_and_mapped(void **state)
{
	struct event event = an_event(EVENT_OPEN, NULL);

	(void)state;
	event.socket.local.family = AF_INET6;
	assert_contains(json_of(&event), "\"family\":\"ipv6\",\"local\":{\"addr\":\"::\"");
	assert_contains(json_of(&event), "\"v6only\":false");
	assert_null(strstr(json_of(&event), "mapped"));
	memset(event.socket.local.addr + 10, 0xff, 2);
	event.socket.local.addr[12] = 127;
	event.socket.local.v6only = 1;
	assert_contains(json_of(&event), "\"family\":\"ipv6\",\"local\":{\"addr\":\"127.0.0.0\"");
	assert_contains(json_of(&event), "\"mapped\":true,\"scope\":\"loopback\"");
	assert_contains(json_of(&event), "\"v6only\":true");
}

static void flags_of_process_and_socket_are_told(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	process.deleted = process.exe_truncated = process.args_truncated = true;
	event.socket.mptcp = event.socket.reuseport = event.socket.kernel = true;
	event.socket.local.ifindex = 3;
	assert_contains(json_of(&event), "\"proto\":\"mptcp\"");
	assert_contains(json_of(&event), "\"deleted\":true");
	assert_contains(json_of(&event), "\"exe_truncated\":true");
	assert_contains(json_of(&event), "\"args_truncated\":true");
	assert_contains(json_of(&event), "\"reuseport\":true,\"ifindex\":3,\"mptcp\":true,"
					 "\"kernel\":true");
	event.socket.reuse_unknown = true;
	assert_contains(json_of(&event), "\"socket\":{\"cookie\":9,\"ifindex\":3,");
	assert_null(strstr(json_of(&event), "picked"));
	event.socket.picked_known = true;
	assert_contains(json_of(&event), "\"mptcp\":true,\"picked\":false,\"kernel\":true");
	event.socket.picked = true;
	assert_contains(json_of(&event), "\"mptcp\":true,\"picked\":true,\"kernel\":true");
}

/* Known from /proc alone: that the file is gone matters as much. */
static void a_deleted_executable_is_told_however_it_was_found(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	process.described = false;
	process.deleted = true;
	assert_contains(json_of(&event), "\"deleted\":true");
}

static void a_hostile_process_cannot_add_a_member_or_a_line(void **state)
{
	static char args[] = "a\",\"uid\":0\n\0\xff";
	struct event event;

	(void)state;
	strcpy(process.comm, "\"},{\"v\":\\\n");
	process.args = args;
	process.args_len = sizeof(args);
	event = an_event(EVENT_OPEN, &process);
	assert_contains(json_of(&event), "\"comm\":\"\\\"},{\\\"v\\\":\\\\\\\\x0a\",\"exe\"");
	assert_contains(json_of(&event),
			"\"args\":[\"a\\\",\\\"uid\\\":0\\\\x0a\",\"\\\\xff\"],\"uid\":1000");
	assert_int_equal(strcspn(json_of(&event), "\n"), out.len - 1);
}

static void empty_arguments_are_arguments(void **state)
{
	static char args[] = "sh\0\0x";
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	process.args = args;
	process.args_len = sizeof(args);
	assert_contains(json_of(&event), "\"args\":[\"sh\",\"\",\"x\"]");
	process.args_len = 4; /* the last one is empty */
	changed();
	assert_contains(json_of(&event), "\"args\":[\"sh\",\"\"]");
}

/* "time":"2026-11-22T06:31:02.123456Z", of the event itself. */
static void times_are_utc_with_microseconds(void **state)
{
	struct event event = { .kind = EVENT_LOST, .lost_kind = "open", .lost_cause = "" };
	const uint64_t wall = 1600000000123456000ULL; /* 2020-09-13T12:26:40.123456Z */
	struct tm utc = { 0 };
	const char *line, *end;
	uint64_t told;

	(void)state;
	setenv("TZ", "America/New_York", 1);
	event.time_ns = event.lost_from_ns = wall - enrich_wall_ns(0);
	line = json_of(&event);
	assert_contains(line, "\"from\":\"2020-09-13T12:26:4");
	line = strstr(line, "\"time\":\"");
	assert_non_null(line);
	end = strptime(line + 8, "%Y-%m-%dT%H:%M:%S.", &utc);
	assert_non_null(end);
	assert_int_equal(strspn(end, "0123456789"), 6);
	assert_memory_equal(end + 6, "Z\"", 2);
	told = (uint64_t)timegm(&utc) * 1000000 + strtoull(end, NULL, 10);
	/* between two looks at the clock */
	assert_in_range(told, wall / 1000 - 1000000, wall / 1000 + 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(an_open_tells_all_that_is_known),
		SINK_TEST(a_close_tells_lifetime_and_reason),
		SINK_TEST(existing_tells_its_holders),
		SINK_TEST(what_is_open_tells_its_queue_and_inode),
		SINK_TEST(a_port_of_nobody_tells_whose_it_is),
		SINK_TEST(recovered_tells_whether_it_opened_or_closed),
		SINK_TEST(what_the_service_was_down_for_is_marked),
		SINK_TEST(lost_tells_how_many_of_what_and_why),
		SINK_TEST(a_change_tells_how_many_share_the_port),
		SINK_TEST(the_class_is_that_of_the_port),
		SINK_TEST(the_place_is_told_with_the_cgroup),
		SINK_TEST(what_is_unknown_is_absent),
		SINK_TEST(the_way_into_the_kernel_is_told_where_it_is_known),
		SINK_TEST(udp_has_no_backlog),
		SINK_TEST(ipv6_tells_v6only_and_mapped),
		SINK_TEST(flags_of_process_and_socket_are_told),
		SINK_TEST(a_deleted_executable_is_told_however_it_was_found),
		SINK_TEST(a_hostile_process_cannot_add_a_member_or_a_line),
		SINK_TEST(empty_arguments_are_arguments),
		SINK_TEST(times_are_utc_with_microseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
