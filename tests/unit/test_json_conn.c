// SPDX-License-Identifier: GPL-2.0-only
/* The JSON lines of connections, binds and failed calls. */
#include "sinks.h"

#include <errno.h>

static struct connection c;

static const char *json_of(const struct event *event)
{
	buf_clear(&out);
	return line_of(&sink_json, event);
}

#define assert_line(event, expected) assert_string_equal(json_of(event), expected)

#define START(name) "{\"v\":1,\"event\":\"" name "\",\"proto\":\"tcp\",\"family\":\"ipv4\","
#define LOCAL \
	"\"local\":{\"addr\":\"10.0.0.1\",\"port\":8080},\"scope\":\"private\",\"class\":\"registered\","
#define REMOTE "\"remote\":{\"addr\":\"192.0.2.1\",\"port\":443},"
#define PROCESS(source)                                                                       \
	"\"process\":{\"pid\":4242,\"tid\":4243,\"start_ns\":123456789,\"comm\":\"python3\"," \
	"\"exe\":\"/usr/bin/python3\",\"args\":[\"python3\",\"-m\",\"http.server\"],"         \
	"\"uid\":1000,\"gid\":100,\"parent\":{\"pid\":4100,\"comm\":\"bash\"},"               \
	"\"deleted\":false,\"source\":\"" source "\"},"                                       \
	"\"cgroup\":{\"id\":77,\"path\":\"/user.slice\"},"
#define SOCKET                     \
	"\"netns\":{\"inode\":7}," \
	"\"socket\":{\"cookie\":9,\"reuseport\":false,\"ifindex\":0,\"mptcp\":false}"

static void a_bind_tells_whether_the_kernel_picked_the_port(void **state)
{
	struct event event = a_connection_event(EVENT_BIND, &c);

	(void)state;
	c.remote = (struct endpoint){ 0 };
	assert_line(&event, START("bind") LOCAL PROCESS("kernel") SOCKET
		    ",\"autobind\":false,\"origin\":\"syscall\"}\n");
	c.autobind = true;
	assert_line(&event, START("bind") LOCAL PROCESS("kernel") SOCKET
		    ",\"autobind\":true,\"origin\":\"syscall\"}\n");
}

static void a_connect_tells_where_to_and_how_long_it_took(void **state)
{
	struct event event = a_connection_event(EVENT_CONNECT, &c);

	(void)state;
	event.actor.source = SOURCE_SOCKET;
	c.latency_ns = 1500000;
	assert_line(&event, START("connect") LOCAL REMOTE PROCESS("socket") SOCKET
		    ",\"latency_ns\":1500000,\"origin\":\"syscall\"}\n");
	/* UDP has none, and no backlog either */
	c.latency_ns = 0;
	event.socket.local.proto = IPPROTO_UDP;
	assert_contains(json_of(&event), "\"mptcp\":false},\"origin\":\"syscall\"}\n");
}

static void an_accept_tells_from_where(void **state)
{
	struct event event = a_connection_event(EVENT_ACCEPT, &c);

	(void)state;
	c.passive = true;
	assert_line(&event, START("accept") LOCAL REMOTE PROCESS("kernel") SOCKET
		    ",\"origin\":\"syscall\"}\n");
	/* several processes listen: nobody is told rather than any of them */
	event.actor = (struct actor){ 0 };
	event.origin = ORIGIN_NOT_KNOWN;
	assert_line(&event, START("accept") LOCAL REMOTE SOCKET "}\n");
}

static void an_end_tells_lifetime_and_bytes(void **state)
{
	struct event event = a_connection_event(EVENT_END, &c);

	(void)state;
	event.origin = ORIGIN_NOT_KNOWN;
	event.lifetime_ns = 2000000000;
	event.actor.source = SOURCE_PROC;
	c.bytes_sent = UINT64_MAX;
	assert_line(&event, START("end") LOCAL REMOTE PROCESS("proc") SOCKET
		    ",\"lifetime_ns\":2000000000}\n");
	c.bytes_known = true;
	assert_line(&event, START("end") LOCAL REMOTE PROCESS("proc") SOCKET
		    ",\"lifetime_ns\":2000000000,\"bytes_sent\":18446744073709551615,"
		    "\"bytes_received\":0}\n");
	event.lifetime_ns = 0; /* older than the trace */
	c.bytes_sent = 10;
	assert_line(&event, START("end") LOCAL REMOTE PROCESS("proc") SOCKET
		    ",\"bytes_sent\":10,\"bytes_received\":0}\n");
}

static void a_failure_tells_call_and_errno(void **state)
{
	struct event event = a_connection_event(EVENT_FAIL, &c);

	(void)state;
	c.op = "connect";
	c.error = ECONNREFUSED;
	assert_line(&event, START("fail") LOCAL REMOTE PROCESS("kernel") SOCKET
		    ",\"op\":\"connect\",\"errno\":\"ECONNREFUSED\",\"origin\":\"syscall\"}\n");
	c.error = 0; /* closed while connecting */
	assert_line(&event, START("fail") LOCAL REMOTE PROCESS("kernel") SOCKET
		    ",\"op\":\"connect\",\"origin\":\"syscall\"}\n");
	/* a bind whose address no hook saw: neither end is known */
	c = (struct connection){ .op = "bind", .error = EADDRINUSE, .no_local = true };
	event.socket.cookie = 0;
	assert_line(
		&event,
		START("fail") PROCESS(
			"kernel") "\"netns\":{\"inode\":7},"
				  "\"socket\":{\"reuseport\":false,\"ifindex\":0,\"mptcp\":false},"
				  "\"op\":\"bind\",\"errno\":\"EADDRINUSE\",\"origin\":\"syscall\"}\n");
}

static void a_step_tells_both_states(void **state)
{
	struct event event = a_connection_event(EVENT_STATE, &c);

	(void)state;
	event.origin = ORIGIN_NOT_KNOWN;
	c.old_state = "SYN_SENT";
	c.new_state = "ESTABLISHED";
	assert_line(&event, START("state") LOCAL REMOTE PROCESS("kernel") SOCKET
		    ",\"old\":\"SYN_SENT\",\"new\":\"ESTABLISHED\"}\n");
	c.new_state = NULL; /* one this version has no word for */
	assert_line(&event, START("state") LOCAL REMOTE PROCESS("kernel") SOCKET
		    ",\"old\":\"SYN_SENT\"}\n");
}

/* The kernel side sends what it has with any kind; only steps are told as such. */
static void states_are_told_of_steps_alone(void **state)
{
	struct event event = a_connection_event(EVENT_END, &c);

	(void)state;
	c.old_state = "SYN_SENT";
	c.new_state = "CLOSE";
	assert_null(strstr(json_of(&event), "\"old\""));
	assert_null(strstr(json_of(&event), "\"new\""));
	assert_null(strstr(json_of(&event), "autobind"));
}

static void what_is_connected_now_tells_its_state(void **state)
{
	struct connection connection;
	struct event event = a_connection_event(EVENT_EXISTING, &connection);
	const char *line;

	(void)state;
	connection.new_state = "TIME_WAIT";
	buf_clear(&out);
	line = line_of(&sink_json, &event);
	assert_contains(line, ",\"state\":\"TIME_WAIT\"");
	assert_contains(line, "\"remote\":{\"addr\":\"192.0.2.1\",\"port\":443}");
	assert_null(strstr(line, "\"new\""));
}

static void a_mapped_remote_end_prints_as_ipv4(void **state)
{
	struct event event = a_connection_event(EVENT_ACCEPT, &c);

	(void)state;
	event.socket.local.family = c.remote.family = AF_INET6;
	memset(c.remote.addr, 0, 16);
	memset(c.remote.addr + 10, 0xff, 2);
	memcpy(c.remote.addr + 12, (uint8_t[]){ 192, 0, 2, 7 }, 4);
	memcpy(event.socket.local.addr, c.remote.addr, 16);
	assert_contains(json_of(&event), "\"family\":\"ipv6\",\"local\":{\"addr\":\"192.0.2.7\","
					 "\"port\":8080},\"mapped\":true,\"scope\":\"public\","
					 "\"class\":\"registered\","
					 "\"remote\":{\"addr\":\"192.0.2.7\",\"port\":443},");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(a_bind_tells_whether_the_kernel_picked_the_port),
		SINK_TEST(a_connect_tells_where_to_and_how_long_it_took),
		SINK_TEST(an_accept_tells_from_where),
		SINK_TEST(an_end_tells_lifetime_and_bytes),
		SINK_TEST(a_failure_tells_call_and_errno),
		SINK_TEST(a_step_tells_both_states),
		SINK_TEST(states_are_told_of_steps_alone),
		SINK_TEST(what_is_connected_now_tells_its_state),
		SINK_TEST(a_mapped_remote_end_prints_as_ipv4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
