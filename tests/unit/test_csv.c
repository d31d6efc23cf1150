// SPDX-License-Identifier: GPL-2.0-only
#include "sinks.h"

static void assert_line(const char *columns, const struct event *event, const char *expected)
{
	choose(columns);
	assert_string_equal(line_of(&sink_csv, event), expected);
	buf_clear(&out);
}

static void the_header_names_the_columns(void **state)
{
	(void)state;
	choose("event,LOCAL,args");
	sink_csv.begin(&sink, &out);
	assert_text(&out, "event,local,args\n");
}

static void plain_cells_are_not_quoted(void **state)
{
	const struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	assert_line("event,local,pid,args", &event,
		    "open,0.0.0.0:8080,4242,python3 -m http.server\n");
}

static void commas_and_quotes_are_quoted(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	strcpy(event.actor.comm, "a,b");
	assert_line("comm,pid", &event, "\"a,b\",4242\n");
	strcpy(event.actor.comm, "say \"hi\"");
	assert_line("pid,comm", &event, "4242,\"say \"\"hi\"\"\"\n");
	strcpy(event.actor.comm, "\",\"");
	assert_line("comm,comm", &event, "\"\"\",\"\"\",\"\"\",\"\"\"\n");
}

static void a_name_cannot_forge_a_line(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	strcpy(event.actor.comm, "x\r\nopen,tcp");
	assert_line("comm,pid", &event, "\"x\\x0d\\x0aopen,tcp\",4242\n");
}

static void cells_where_nothing_is_known_are_empty(void **state)
{
	const struct event lost = { .kind = EVENT_LOST };

	(void)state;
	buf_free(&out); /* an empty cell comes first, into a fresh buffer */
	assert_line("local,event,pid", &lost, ",lost,\n");
}

static void lines_follow_what_is_in_the_buffer(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	strcpy(event.actor.comm, "a,b");
	buf_puts(&out, "one,\"two\"\n");
	assert_line("pid,comm", &event, "one,\"two\"\n4242,\"a,b\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(the_header_names_the_columns),
		SINK_TEST(plain_cells_are_not_quoted),
		SINK_TEST(commas_and_quotes_are_quoted),
		SINK_TEST(a_name_cannot_forge_a_line),
		SINK_TEST(cells_where_nothing_is_known_are_empty),
		SINK_TEST(lines_follow_what_is_in_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
