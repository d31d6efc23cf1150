// SPDX-License-Identifier: GPL-2.0-only
#include "sinks.h"

#include <errno.h>
#include <time.h>

/* What the column shows of the event; until the next call. */
static const char *shown(const char *column, const struct event *event)
{
	struct column_list list;
	const char *bad;

	assert_int_equal(columns_parse(column, &list, &bad), 0);
	assert_int_equal(list.n, 1);
	buf_clear(&out);
	list.columns[0]->put(event, enrich, &out);
	return text_of(&out);
}

#define assert_shown(column, event, expected) assert_string_equal(shown(column, event), expected)

static void lists_are_parsed_in_their_order(void **state)
{
	struct column_list list;
	const char *bad = NULL;

	(void)state;
	assert_int_equal(columns_parse("exe,TIME,local,exe", &list, &bad), 0);
	assert_int_equal(list.n, 4);
	assert_string_equal(list.columns[0]->name, "exe");
	assert_string_equal(list.columns[1]->name, "time");
	assert_string_equal(list.columns[2]->name, "local");
	assert_ptr_equal(list.columns[3], list.columns[0]);
	assert_null(bad);
}

static void an_unknown_column_is_named(void **state)
{
	struct column_list list;
	const char *bad = NULL;

	(void)state;
	assert_int_equal(columns_parse("time,colour,local", &list, &bad), -EINVAL);
	assert_string_equal(bad, "colour");
	assert_int_equal(columns_parse("", &list, &bad), -EINVAL);
	assert_string_equal(bad, "");
	assert_int_equal(columns_parse("time,", &list, &bad), -EINVAL);
	assert_string_equal(bad, "");
}

static void too_many_columns_are_refused(void **state)
{
	struct column_list list;
	char text[1000] = "pid";
	const char *bad;

	(void)state;
	for (int i = 1; i < COLUMNS_MAX; i++)
		strcat(text, ",pid");
	assert_int_equal(columns_parse(text, &list, &bad), 0);
	assert_int_equal(list.n, COLUMNS_MAX);
	strcat(text, ",pid");
	assert_int_equal(columns_parse(text, &list, &bad), -E2BIG);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(columns_parse(text, &list, &bad), -E2BIG);
}

static void every_column_is_parsed_by_its_name_and_has_help(void **state)
{
	struct column_list list;
	const char *bad;

	(void)state;
	assert_in_range(columns_n, 1, COLUMNS_MAX);
	for (size_t i = 0; i < columns_n; i++) {
		assert_int_equal(columns_parse(columns_all[i].name, &list, &bad), 0);
		assert_ptr_equal(list.columns[0], &columns_all[i]);
		assert_non_null(columns_all[i].help);
		assert_true(columns_all[i].width >= strlen(columns_all[i].name));
	}
	columns_default(&list);
	assert_string_equal(list.columns[0]->name, "time");
	assert_string_equal(list.columns[list.n - 1]->name, "detail");
}

static void every_column_of_an_open_shows_what_is_known(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	assert_shown("event", &event, "open");
	assert_shown("proto", &event, "tcp");
	assert_shown("local", &event, "0.0.0.0:8080");
	assert_shown("port", &event, "8080");
	assert_shown("family", &event, "ipv4");
	assert_shown("scope", &event, "any");
	assert_shown("netns", &event, "7");
	assert_shown("pid", &event, "4242");
	assert_shown("tid", &event, "4243");
	assert_shown("user", &event, "1000");
	assert_shown("uid", &event, "1000");
	assert_shown("comm", &event, "python3");
	assert_shown("exe", &event, "/usr/bin/python3");
	assert_shown("args", &event, "python3 -m http.server");
	assert_shown("parent", &event, "bash(4100)");
	assert_shown("cgroup", &event, "/user.slice");
	assert_shown("backlog", &event, "128");
	assert_shown("cookie", &event, "9");
	assert_shown("time", &event, "");
	assert_shown("service", &event, "");
	assert_shown("lifetime", &event, "");
	assert_shown("holders", &event, "");
}

#define AN_ID "3f2a9c0b7d5e4f6a8b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6"

static void the_place_is_shown_with_a_short_id(void **state)
{
	struct place place = { 0 };
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	assert_shown("unit", &event, "");
	assert_shown("container", &event, "");
	process.place = &place;
	assert_shown("unit", &event, "");
	assert_shown("container", &event, "");
	*process.place = (struct place){ .unit = "nginx.service", .container = "docker:" AN_ID };
	assert_shown("unit", &event, "nginx.service");
	assert_shown("container", &event, "docker:3f2a9c0b7d5e");
	*process.place = (struct place){ .unit = "user@1000.service",
					 .user_unit = "nginx.service",
					 .container = "lxc:web" };
	assert_shown("unit", &event, "user@1000.service/nginx.service");
	assert_shown("container", &event, "lxc:web");
	*process.place =
		(struct place){ .unit = "\033[2J", .user_unit = "\n", .container = "lxc:\r" };
	assert_shown("unit", &event, "\\x1b[2J/\\x0a");
	assert_shown("container", &event, "lxc:\\x0d");
}

static void the_class_goes_by_the_number(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);
	struct connection none = { .no_local = true };

	(void)state;
	assert_shown("class", &event, "registered");
	event.socket.local.port = 1023;
	assert_shown("class", &event, "well-known");
	event.connection = &none;
	assert_shown("class", &event, "");
}

/* Nothing is made up, and nothing read that is not there. */
static void every_column_of_an_event_without_process_or_port_is_safe(void **state)
{
	struct event nobody = an_event(EVENT_EXISTING, NULL), lost = {
		.kind = EVENT_LOST, .lost_kind = "open", .lost_count = 2, .lost_cause = "ring full"
	};

	(void)state;
	for (size_t i = 0; i < columns_n; i++) {
		const char *name = columns_all[i].name, *text = shown(name, &lost);

		if (strcmp(name, "event") != 0 && strcmp(name, "detail") != 0)
			assert_string_equal(text, "");
		shown(name, &nobody);
	}
	assert_shown("detail", &lost, "2 open records: ring full");
	assert_shown("pid", &nobody, "-");
	assert_shown("comm", &nobody, "(unknown)");
	nobody.kind = EVENT_RECOVERED; /* looked for without privilege */
	assert_shown("comm", &nobody, "(unknown)");
	nobody.kind = EVENT_EXISTING;
	nobody.holders_known = true;
	assert_shown("comm", &nobody, "(no holder)");
	assert_shown("user", &nobody, "");
}

static void addresses_of_ipv6_stand_in_brackets_and_mapped_ones_do_not(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	event.socket.local.family = AF_INET6;
	assert_shown("local", &event, "[::]:8080");
	memset(event.socket.local.addr + 10, 0xff, 2);
	event.socket.local.addr[12] = 127;
	event.socket.local.addr[15] = 1;
	assert_shown("local", &event, "127.0.0.1:8080");
	assert_shown("family", &event, "ipv6");
	assert_shown("scope", &event, "loopback");
}

static void lifetimes_are_short_to_read(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} table[] = {
		{ 1, "0.001s" },          { 1500, "1.500s" },     { 59999, "59.999s" },
		{ 60000, "1m0s" },        { 3599000, "59m59s" },  { 3600000, "1h0m0s" },
		{ 90061000, "1d1h1m1s" }, { 86400000, "1d0m0s" },
	};
	struct event event = an_event(EVENT_CLOSE, &process);

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		event.lifetime_ns = table[i].ms * 1000000;
		assert_shown("lifetime", &event, table[i].text);
	}
	event.lifetime_ns = 1;
	assert_shown("lifetime", &event, "0.000s");
}

static void the_time_is_the_events_own_on_the_wall(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);
	char expected[2][16];
	const char *text;
	time_t now;

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	now = time(NULL);
	/* an hour ago by the clock of the events */
	event.time_ns = (uint64_t)now * 1000000000ULL - enrich_wall_ns(0) - 3600000000000ULL;
	text = shown("time", &event);
	for (int i = 0; i < 2; i++) {
		time_t then = now - 3600 - i;
		struct tm utc;

		strftime(expected[i], sizeof(expected[i]), "%H:%M:%S", gmtime_r(&then, &utc));
	}
	assert_true(!strcmp(text, expected[0]) || !strcmp(text, expected[1]));
}

static void the_detail_tells_what_is_out_of_the_ordinary(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);
	struct process *holders[] = { &process, &process };

	(void)state;
	enrich_set_host_netns(enrich, A_NETNS);
	assert_shown("detail", &event, "python3 -m http.server");
	event = an_event(EVENT_CHANGE, &process);
	event.sharing = 2;
	assert_shown("detail", &event, "2 sockets on this port; python3 -m http.server");
	event.from = RECORD_CHANGE;
	assert_shown("detail", &event, "backlog now 128; python3 -m http.server");
	event = an_event(EVENT_CLOSE, &process);
	event.lifetime_ns = 1500000000;
	event.cause = CLOSE_PROCESS_EXIT;
	assert_shown("detail", &event, "after 1.500s; process-exit; python3 -m http.server");
	event = an_event(EVENT_RECOVERED, &process);
	event.holders = holders;
	event.n_holders = 2;
	assert_shown("detail", &event, "opened meanwhile; 2 holders; python3 -m http.server");
	event.from = RECORD_CLOSE;
	event.n_holders = 0;
	event.socket.local.netns = 5;
	assert_shown("detail", &event, "netns 5; closed meanwhile; python3 -m http.server");
	event.kind = EVENT_CLOSE;
	event.while_down = true;
	assert_shown("detail", &event, "netns 5; while porttrace was down; python3 -m http.server");
	process.args_len = 0;
	process.deleted = true;
	event = an_event(EVENT_OPEN, &process);
	assert_shown("detail", &event, "/usr/bin/python3 (deleted)");
}

/* Nothing follows, so nothing is announced. */
static void the_detail_ends_without_a_separator(void **state)
{
	struct event event = an_event(EVENT_CLOSE, NULL);

	(void)state;
	enrich_set_host_netns(enrich, A_NETNS);
	event.lifetime_ns = 1500000000;
	assert_shown("detail", &event, "after 1.500s");
	event.lifetime_ns = 0;
	event.socket.local.netns = 5;
	assert_shown("detail", &event, "netns 5");
}

static void hostile_text_is_escaped_in_every_column_that_has_some(void **state)
{
	static const char *const columns[] = { "comm", "exe", "args", "parent", "cgroup", "detail" };
	static char evil[] = "\033[2J\n\xff", args[] = "a\n\0\033[2J";
	struct event event;

	(void)state;
	strcpy(process.comm, evil);
	strcpy(process.parent_comm, evil);
	process.exe = process.cgroup_path = evil;
	process.args = args;
	process.args_len = sizeof(args);
	event = an_event(EVENT_OPEN, &process);
	for (size_t i = 0; i < COUNT(columns); i++) {
		const char *text = shown(columns[i], &event);

		assert_contains(text, "\\x1b[2J");
		assert_null(strpbrk(text, "\033\n\xff"));
	}
	assert_shown("args", &event, "a\\x0a \\x1b[2J");
}

static void cut_off_arguments_say_so(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	process.args_truncated = true;
	assert_shown("args", &event, "python3 -m http.server ...");
	process.args_len = 9; /* in the middle of a word, without its NUL */
	assert_shown("args", &event, "python3 - ...");
}

static void holders_are_a_list_of_pids(void **state)
{
	struct event event = an_event(EVENT_EXISTING, &process);
	struct process other = a_process();
	struct process *holders[] = { &process, &other };

	(void)state;
	other.tgid = 5;
	event.holders = holders;
	event.n_holders = 2;
	assert_shown("holders", &event, "4242,5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(lists_are_parsed_in_their_order),
		SINK_TEST(an_unknown_column_is_named),
		SINK_TEST(too_many_columns_are_refused),
		SINK_TEST(every_column_is_parsed_by_its_name_and_has_help),
		SINK_TEST(every_column_of_an_open_shows_what_is_known),
		SINK_TEST(the_place_is_shown_with_a_short_id),
		SINK_TEST(the_class_goes_by_the_number),
		SINK_TEST(every_column_of_an_event_without_process_or_port_is_safe),
		SINK_TEST(addresses_of_ipv6_stand_in_brackets_and_mapped_ones_do_not),
		SINK_TEST(lifetimes_are_short_to_read),
		SINK_TEST(the_time_is_the_events_own_on_the_wall),
		SINK_TEST(the_detail_tells_what_is_out_of_the_ordinary),
		SINK_TEST(the_detail_ends_without_a_separator),
		SINK_TEST(hostile_text_is_escaped_in_every_column_that_has_some),
		SINK_TEST(cut_off_arguments_say_so),
		SINK_TEST(holders_are_a_list_of_pids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
