// SPDX-License-Identifier: GPL-2.0-only
#include "sinks.h"

#include "base/loop.h"

#include <locale.h>
#include <time.h>

/* And forgets it. */
static void assert_line(const struct event *event, const char *expected)
{
	assert_string_equal(line_of(&sink_table, event), expected);
	buf_clear(&out);
}

static void fields_are_padded_and_numbers_stand_right(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	choose("event,proto,local,pid,comm");
	sink_table.begin(&sink, &out);
	assert_text(&out, "EVENT     PROTO LOCAL                     PID COMM\n");
	assert_line(&event, "open      tcp   0.0.0.0:8080             4242 python3\n");
}

static void the_default_columns_make_the_line_of_the_readme(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	columns_default(&sink.columns);
	enrich_set_host_netns(enrich, A_NETNS);
	assert_line(&event, "         open      tcp   0.0.0.0:8080             4242 1000     "
			    "python3         python3 -m http.server\n");
}

static void a_wide_value_pushes_the_line_and_is_not_cut(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	event.socket.local.family = AF_INET6;
	memset(event.socket.local.addr, 0x20, 16);
	choose("local,pid");
	assert_line(&event, "[2020:2020:2020:2020:2020:2020:2020:2020]:8080 4242\n");
}

static void the_line_is_cut_at_the_terminals_width(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	choose("proto,args");
	sink.width = 15;
	assert_line(&event, "tcp   python3 -\n");
	choose("proto,args");
	sink.width = 28;
	assert_line(&event, "tcp   python3 -m http.server\n");
	choose("proto,args");
	sink.width = 27;
	assert_line(&event, "tcp   python3 -m http.serve\n");
	choose("proto,args");
	sink.width = 1000;
	assert_line(&event, "tcp   python3 -m http.server\n");
	choose("proto,args");
	sink.width = 1;
	assert_line(&event, "t\n");
}

static void wide_and_combining_characters_count_by_cells(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	choose("comm,port");
	strcpy(event.actor.comm, "\u65e5\u672c");
	assert_line(&event, "\u65e5\u672c            8080\n");
	strcpy(event.actor.comm, "e\u0301");
	assert_line(&event, "e\u0301               8080\n");
	choose("comm");
	sink.width = 3;
	strcpy(event.actor.comm, "\u65e5\u672c");
	assert_line(&event, "\u65e5\n"); /* the second would take cells 3 and 4 */
	choose("comm");
	sink.width = 4;
	assert_line(&event, "\u65e5\u672c\n");
	choose("comm");
	sink.width = 1;
	strcpy(event.actor.comm, "e\u0301x");
	assert_line(&event, "e\u0301\n");
}

static void a_hostile_name_stays_in_its_field(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	choose("comm,port");
	strcpy(event.actor.comm, "\033[2J\n");
	assert_line(&event, "\\x1b[2J\\x0a     8080\n");
	strcpy(event.actor.comm, "\xff\u202e");
	assert_line(&event, "\\xff\\u{202e}    8080\n");
}

static void blanks_at_the_end_are_left_away(void **state)
{
	const struct event lost = { .kind = EVENT_LOST };

	(void)state;
	choose("event,proto,local,port");
	assert_line(&lost, "lost\n");
	choose("local,proto"); /* nothing at all, into a fresh buffer */
	buf_free(&out);
	assert_line(&lost, "\n");
}

static void colors_surround_the_line_and_are_not_counted(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	choose("proto,args");
	sink.width = 15;
	sink.color = true;
	assert_line(&event, "\033[32mtcp   python3 -\033[0m\n");
	event.kind = EVENT_CLOSE;
	assert_line(&event, "\033[31mtcp   python3 -\033[0m\n");
	event.kind = EVENT_EXISTING;
	assert_line(&event, "tcp   python3 -\n");
}

static void a_detail_that_has_no_room_stands_below(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	enrich_set_host_netns(enrich, A_NETNS);
	choose("event,pid,detail");
	sink.width = 38; /* what the columns take, and 20 */
	sink_table.begin(&sink, &out);
	assert_line(&event, "EVENT         PID DETAIL\nopen         4242 python3 -m http.serv\n");
	sink.width = 37;
	sink_table.begin(&sink, &out);
	assert_line(&event, "EVENT         PID\nopen         4242\n"
			    "          python3 -m http.server\n");
	sink.width = 20;
	assert_line(&event, "open         4242\n          python3 -m\n");
	sink.color = true;
	assert_line(&event, "\033[32mopen         4242\n          python3 -m\033[0m\n");
	sink.color = false;
	event = (struct event){
		.kind = EVENT_LOST, .lost_count = 7, .lost_kind = "open", .lost_cause = "ring full"
	};
	assert_line(&event, "lost\n          7 open rec\n");
	event.kind = EVENT_MISSING; /* which has no detail */
	assert_line(&event, "missing\n");
}

static void assert_first(const struct event *event, const char *expected)
{
	const char *line = line_of(&sink_table, event);

	assert_true(strlen(line) > strlen(expected));
	assert_memory_equal(line, expected, strlen(expected));
	buf_clear(&out);
}

/* To a file: its first day, too; where no clock is shown, no day. */
static void a_day_begins_with_its_date_and_zone(void **state)
{
	const uint64_t day_ns = 24ULL * 3600 * 1000000000;
	struct event event = an_event(EVENT_OPEN, &process);
	char today[64], tomorrow[64];
	time_t now = time(NULL);
	struct tm tm;

	(void)state;
	setenv("TZ", "XYZ-05:30", 1);
	tzset();
	strftime(today, sizeof(today), "-- %a %F UTC+05:30 --\nopen", localtime_r(&now, &tm));
	now += 24L * 3600;
	strftime(tomorrow, sizeof(tomorrow), "-- %a %F UTC+05:30 --\nopen", localtime_r(&now, &tm));
	choose("event");
	event.time_ns = boot_now_ns();
	sink.long_lived = true;
	assert_line(&event, "open\n");
	choose("event,time");
	assert_first(&event, today);
	assert_first(&event, "open");
	event.time_ns += day_ns;
	sink.width = 80;
	assert_first(&event, tomorrow);
	assert_first(&event, "open");
}

static void lines_follow_what_is_in_the_buffer(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	choose("pid,proto");
	sink.width = 5;
	buf_puts(&out, "before\n");
	sink_table.event(&sink, &event, &out);
	assert_line(&event, "before\n   42\n   42\n");
}

static void sinks_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(sink_by_name("table"), &sink_table);
	assert_ptr_equal(sink_by_name("json"), &sink_json);
	assert_ptr_equal(sink_by_name("csv"), &sink_csv);
	assert_null(sink_by_name("xml"));
	assert_null(sink_by_name(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(fields_are_padded_and_numbers_stand_right),
		SINK_TEST(the_default_columns_make_the_line_of_the_readme),
		SINK_TEST(a_wide_value_pushes_the_line_and_is_not_cut),
		SINK_TEST(the_line_is_cut_at_the_terminals_width),
		SINK_TEST(wide_and_combining_characters_count_by_cells),
		SINK_TEST(a_hostile_name_stays_in_its_field),
		SINK_TEST(blanks_at_the_end_are_left_away),
		SINK_TEST(colors_surround_the_line_and_are_not_counted),
		SINK_TEST(a_detail_that_has_no_room_stands_below),
		SINK_TEST(a_day_begins_with_its_date_and_zone),
		SINK_TEST(lines_follow_what_is_in_the_buffer),
		SINK_TEST(sinks_are_found_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
