// SPDX-License-Identifier: GPL-2.0-only
/* What the sinks show of a verdict. */
#include "sinks.h"

#include "model/verdict.h"
#include "output/alert_line.h"

static struct verdict verdict;
static struct place place;

static struct event judged(enum event_kind kind)
{
	struct event event = an_event(kind, &process);

	verdict = (struct verdict){
		.kind = VERDICT_UNEXPECTED,
		.severity = SEVERITY_WARNING,
		.rule = "a.policy:3",
		.why = "exe is /tmp/x\033[2J",
	};
	event.verdict = &verdict;
	return event;
}

static struct event missing(uint16_t port, uint16_t last)
{
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED,
				    .severity = SEVERITY_CRIT,
				    .missing = true,
				    .rule = "a.policy:1" };
	return (struct event){ .kind = EVENT_MISSING,
			       .socket.local = { .port = port, .proto = IPPROTO_TCP },
			       .last_port = last,
			       .verdict = &verdict };
}

static const char *shown(const struct sink_ops *ops, const struct event *event)
{
	buf_clear(&out);
	ops->event(&(struct sink){ .ops = ops,
				   .enrich = enrich,
				   .columns = sink.columns,
				   .color = sink.color },
		   event, &out);
	return text_of(&out);
}

static void json_has_finding_and_verdict(void **state)
{
	struct event event = judged(EVENT_OPEN);

	(void)state;
	assert_contains(
		shown(&sink_json, &event),
		",\"finding\":\"unexpected\",\"verdict\":\"unexpected\",\"severity\":\"warning\","
		"\"rule\":\"a.policy:3\",\"why\":\"exe is /tmp/x\\\\x1b[2J\"}\n");
	verdict.changed = true;
	assert_contains(shown(&sink_json, &event), "\"finding\":\"changed\"");
	verdict = (struct verdict){ .kind = VERDICT_EXPECTED, .rule = "a.policy:4" };
	assert_contains(shown(&sink_json, &event),
			",\"verdict\":\"expected\",\"rule\":\"a.policy:4\"}\n");
	assert_null(strstr(text_of(&out), "finding"));
	assert_null(strstr(text_of(&out), "severity"));
}

static void the_end_of_it_is_no_finding(void **state)
{
	struct event event = judged(EVENT_CLOSE);

	(void)state;
	event.from = RECORD_CLOSE;
	assert_contains(shown(&sink_json, &event), ",\"verdict\":\"unexpected\"");
	assert_null(strstr(text_of(&out), "finding"));
	event.kind = EVENT_RECOVERED;
	assert_null(strstr(shown(&sink_json, &event), "finding"));
	event.from = RECORD_OPEN;
	assert_contains(shown(&sink_json, &event), "finding");
}

static void a_missing_port_is_its_number_alone(void **state)
{
	struct event event = missing(22, 0);

	(void)state;
	assert_string_equal(
		shown(&sink_json, &event),
		"{\"v\":1,\"event\":\"missing\",\"proto\":\"tcp\",\"local\":{\"port\":22},"
		"\"finding\":\"missing\",\"verdict\":\"unexpected\",\"severity\":\"crit\","
		"\"rule\":\"a.policy:1\"}\n");
	event = missing(8000, 8010);
	event.socket.local.proto = 0;
	assert_contains(
		shown(&sink_json, &event),
		",\"proto\":\"any\",\"local\":{\"port\":8000,\"last_port\":8010},\"finding\"");
	choose("event,proto,local,pid,comm,detail,backlog,netns,class,scope,severity,rule");
	assert_string_equal(shown(&sink_csv, &event),
			    "missing,any,*:8000-8010,,(nobody),,,,,,crit,a.policy:1\n");
}

static void columns_show_the_verdict(void **state)
{
	struct event event = judged(EVENT_OPEN);

	(void)state;
	choose("verdict,severity,rule,why");
	assert_string_equal(shown(&sink_csv, &event),
			    "unexpected,warning,a.policy:3,exe is /tmp/x\\x1b[2J\n");
	verdict = (struct verdict){ .kind = VERDICT_IGNORED, .rule = "default" };
	assert_string_equal(shown(&sink_csv, &event), "ignored,,default,\n");
	event.verdict = NULL;
	assert_string_equal(shown(&sink_csv, &event), ",,,\n");
	event.verdict = &verdict;
	choose("finding");
	assert_string_equal(shown(&sink_csv, &event), "\n");
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED, .changed = true };
	assert_string_equal(shown(&sink_csv, &event), "CHANGED\n");
	verdict.missing = true;
	assert_string_equal(shown(&sink_csv, &event), "MISSING\n");
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED };
	assert_string_equal(shown(&sink_csv, &event), "UNEXPECTED\n");
}

static void an_alert_has_a_line_of_its_own(void **state)
{
	struct event event = judged(EVENT_OPEN);

	(void)state;
	choose("event,port");
	assert_string_equal(shown(&sink_table, &event), "open      8080\n");
	event.alert = true;
	place.unit = "a.service";
	process.place = &place;
	assert_string_equal(shown(&sink_table, &event),
			    "open      8080\n"
			    "!!!!!!!! WARNING   UNEXPECTED: exe is /tmp/x\\x1b[2J [a.policy:3] by "
			    "/usr/bin/python3 in a.service\n");
	process.place = NULL;
	sink.color = true;
	assert_contains(shown(&sink_table, &event), "\n\033[1;33m!!!!!!!! WARNING   UNEXPECTED: ");
	assert_contains(shown(&sink_table, &event), "\033[0m\n");
}

static void what_is_missing_has_nobody(void **state)
{
	struct event event = missing(22, 0);

	(void)state;
	choose("event,local,comm");
	event.alert = true;
	assert_string_equal(shown(&sink_table, &event),
			    "missing   *:22                  (nobody)\n"
			    "!!!!!!!! CRIT      MISSING [a.policy:1]\n");
}

static void what_was_counted_has_a_line(void **state)
{
	struct endpoint local = an_endpoint(IPPROTO_TCP, 80);
	struct alert_count count = { .course = ALERT_AGAIN,
				     .count = 29,
				     .span_ns = 60000000001ULL,
				     .severity = SEVERITY_WARNING,
				     .exe = "/bin/a\n",
				     .unit = "a.service",
				     .proto = "tcp",
				     .local = &local };

	(void)state;
	alert_put_count(&sink, &count, &out);
	assert_text(&out, "!!!!!!!! WARNING   29 MORE in 60 s: tcp 0.0.0.0:80 by /bin/a\\x0a in "
			  "a.service\n");
	local.family = 0; /* missing */
	count.exe = count.unit = NULL;
	alert_put_count(&sink, &count, &out);
	assert_text(&out, "!!!!!!!! WARNING   29 MORE in 60 s: tcp *:80\n");
	count = (struct alert_count){ .course = ALERT_STORM,
				      .count = 1,
				      .span_ns = 10000000000ULL,
				      .severity = SEVERITY_CRIT,
				      .first = 7,
				      .last = 7 };
	sink.color = true;
	alert_put_count(&sink, &count, &out);
	assert_text(&out, "\033[1;31m!!!!!!!! CRIT      1 MORE in 10 s: port 7\033[0m\n");
	sink.color = false;
	sink.width = 40;
	alert_put_count(&sink, &count, &out);
	assert_text(&out, "!!!!!!!! CRIT      1 MORE in 10 s: port\n                   7\n");
	sink.width = 0;
	count.last = 9;
	count.many_exes = true;
	alert_put_count(&sink, &count, &out);
	assert_text(&out, "!!!!!!!! CRIT      1 MORE in 10 s: ports 7-9 by other executables\n");
}

static void what_is_folded_has_no_row(void **state)
{
	struct event event = judged(EVENT_OPEN);

	(void)state;
	choose("event");
	event.folded = true;
	assert_string_equal(shown(&sink_table, &event), "");
	assert_string_equal(shown(&sink_csv, &event), "open\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(json_has_finding_and_verdict),
		SINK_TEST(the_end_of_it_is_no_finding),
		SINK_TEST(a_missing_port_is_its_number_alone),
		SINK_TEST(columns_show_the_verdict),
		SINK_TEST(an_alert_has_a_line_of_its_own),
		SINK_TEST(what_is_missing_has_nobody),
		SINK_TEST(what_was_counted_has_a_line),
		SINK_TEST(what_is_folded_has_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
