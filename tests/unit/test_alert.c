// SPDX-License-Identifier: GPL-2.0-only
/* What is told one by one and what is counted, by a clock of the test's own. */
#include "unit.h"

#include "alert/alert.h"

#define SEC 1000000000ULL
#define NOON (1000 * SEC)

static struct alerts *alerts;
static struct process process;
static struct place place;
static struct verdict verdict;
static char said[8192]; /* the counts that were told */

static int set_up(void **state)
{
	(void)state;
	alerts = alerts_new();
	place = (struct place){ .unit = "a.service" };
	process = (struct process){ .exe = "/bin/a", .place = &place };
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED,
				    .severity = SEVERITY_WARNING,
				    .rule = "default" };
	*said = '\0';
	return !alerts;
}

static int tear_down(void **state)
{
	(void)state;
	alerts_free(alerts);
	return 0;
}

static void hear(const struct alert_count *count, void *arg)
{
	size_t at = strlen(said);

	assert_ptr_equal(arg, said);
	if (count->course == ALERT_AGAIN)
		snprintf(said + at, sizeof(said) - at, "%llu again %s:%u %s %s %s;",
			 (unsigned long long)count->count, count->proto, count->local->port,
			 count->exe ? count->exe : "-", count->unit ? count->unit : "-",
			 severity_name(count->severity));
	else
		snprintf(said + at, sizeof(said) - at, "%llu storm %u-%u %s %s;",
			 (unsigned long long)count->count, count->first, count->last,
			 count->many_exes ? "others" :
			 count->exe       ? count->exe :
					    "-",
			 severity_name(count->severity));
}

static struct event opened(uint16_t port)
{
	struct event event = { .kind = EVENT_OPEN, .from = RECORD_OPEN, .verdict = &verdict };

	event.socket.local = an_endpoint(IPPROTO_TCP, port);
	event.actor.process = &process;
	return event;
}

static enum alert_course note(uint16_t port, uint64_t now)
{
	struct event event = opened(port);

	return alerts_note(alerts, &event, now, hear, said);
}

static void run(uint64_t now)
{
	alerts_run(alerts, now, hear, said);
}

/* And forgets it. */
#define assert_said(text)                        \
	do {                                     \
		assert_string_equal(said, text); \
		*said = '\0';                    \
	} while (0)

static void the_same_again_is_counted_for_a_minute(void **state)
{
	(void)state;
	assert_int_equal(note(80, NOON), ALERT_TELL);
	assert_int_equal(note(80, NOON + 1), ALERT_AGAIN);
	assert_int_equal(note(80, NOON + 59 * SEC), ALERT_AGAIN);
	run(NOON + 60 * SEC - 1);
	assert_said("");
	assert_int_equal(alerts_due(alerts), NOON + 60 * SEC);
	run(NOON + 60 * SEC);
	assert_said("2 again tcp:80 /bin/a a.service warning;");
	assert_int_equal(alerts_due(alerts), UINT64_MAX);
	assert_int_equal(note(80, NOON + 60 * SEC), ALERT_TELL);
	run(NOON + 120 * SEC);
	assert_said(""); /* nothing was counted: nothing is to be told */
}

/* Another user, say, or another policy. */
static void what_is_graver_than_before_is_told(void **state)
{
	(void)state;
	verdict.severity = SEVERITY_INFO;
	assert_int_equal(note(80, NOON), ALERT_TELL);
	assert_int_equal(note(80, NOON), ALERT_AGAIN);
	verdict.severity = SEVERITY_CRIT;
	assert_int_equal(note(80, NOON + SEC), ALERT_TELL);
	assert_int_equal(note(80, NOON + SEC), ALERT_AGAIN);
	verdict.severity = SEVERITY_WARNING;
	assert_int_equal(note(80, NOON + SEC), ALERT_AGAIN);
	run(NOON + 60 * SEC);
	assert_said("3 again tcp:80 /bin/a a.service crit;");
}

static void a_time_that_is_over_is_told_before_what_comes(void **state)
{
	(void)state;
	note(80, NOON);
	note(80, NOON + 1);
	assert_int_equal(note(80, NOON + 60 * SEC), ALERT_TELL);
	assert_said("1 again tcp:80 /bin/a a.service warning;");
}

static void another_port_executable_or_unit_is_another(void **state)
{
	struct event event = opened(80);

	(void)state;
	assert_int_equal(note(80, NOON), ALERT_TELL);
	assert_int_equal(note(81, NOON), ALERT_TELL);
	event.socket.mptcp = true;
	assert_int_equal(alerts_note(alerts, &event, NOON, hear, said), ALERT_TELL);
	event.socket.mptcp = false;
	event.socket.local.netns++;
	assert_int_equal(alerts_note(alerts, &event, NOON, hear, said), ALERT_TELL);
	process.exe = "/bin/b";
	assert_int_equal(note(80, NOON), ALERT_TELL);
	place.unit = "b.service";
	assert_int_equal(note(80, NOON), ALERT_TELL);
	process.place = NULL;
	assert_int_equal(note(80, NOON), ALERT_TELL);
	process.exe = NULL;
	assert_int_equal(note(80, NOON), ALERT_TELL);
	assert_int_equal(note(80, NOON), ALERT_AGAIN);
}

/* Another rule wants it, or it came and went. But of hundreds not each has a line. */
static void what_is_missing_is_never_the_same_again(void **state)
{
	struct event event = { .kind = EVENT_MISSING, .verdict = &verdict };

	(void)state;
	event.socket.local.port = 80;
	for (int i = 0; i < ALERT_EXE_MAX; i++)
		assert_int_equal(alerts_note(alerts, &event, NOON + SEC, hear, said), ALERT_TELL);
	assert_int_equal(alerts_note(alerts, &event, NOON + SEC, hear, said), ALERT_STORM);
	run(NOON + SEC + ALERT_STORM_NS);
	assert_said("1 storm 80-80 - warning;");
}

static void a_storm_is_summarised_per_executable(void **state)
{
	size_t told = 0, counted = 0;

	(void)state;
	for (unsigned int i = 0; i < 10000; i++) {
		enum alert_course course = note((uint16_t)(20000 + i), NOON + i);

		told += course == ALERT_TELL;
		counted += course == ALERT_STORM;
	}
	assert_int_equal(told, ALERT_EXE_MAX);
	assert_int_equal(told + counted, 10000);
	/* Who makes much noise hides nobody else. */
	process.exe = "/bin/b";
	assert_int_equal(note(80, NOON + 1), ALERT_TELL);
	assert_int_equal(alerts_due(alerts), NOON + ALERT_STORM_NS);
	run(NOON + ALERT_STORM_NS - 1);
	assert_said("");
	run(NOON + ALERT_STORM_NS);
	assert_said("9980 storm 20020-29999 /bin/a warning;");
	/* It is over: the next is told. */
	process.exe = "/bin/a";
	assert_int_equal(note(19999, NOON + ALERT_STORM_NS), ALERT_TELL);
}

static void many_executables_are_bounded_and_counted(void **state)
{
	size_t told = 0, counted = 0, sum = 0;
	char name[32];

	(void)state;
	process.exe = name;
	for (unsigned int i = 0; i < 10000; i++) {
		enum alert_course course;

		snprintf(name, sizeof(name), "/memfd:%u", i);
		verdict.severity = i - 9000 <= ALERT_EXE_MAX ? SEVERITY_CRIT : SEVERITY_INFO;
		course = note((uint16_t)(20000 + i), NOON + i);
		told += course == ALERT_TELL;
		counted += course == ALERT_STORM;
	}
	assert_true(told <= ALERT_MAX + ALERT_EXE_MAX);
	assert_int_equal(told + counted, 10000);
	run(NOON + ALERT_STORM_NS);
	assert_contains(said, " others crit;");
	for (const char *at = said; *at; at = strchr(at, ';') + 1)
		sum += strtoul(at, NULL, 10);
	assert_int_equal(sum, counted);
}

static void a_storm_hides_nothing_graver(void **state)
{
	(void)state;
	verdict.severity = SEVERITY_INFO;
	for (uint16_t port = 1000; port < 2000; port++)
		note(port, NOON);
	verdict.severity = SEVERITY_CRIT;
	assert_int_equal(note(2000, NOON), ALERT_TELL);
	for (uint16_t port = 2001; port < 2000 + ALERT_EXE_MAX; port++)
		note(port, NOON);
	assert_int_equal(note(3000, NOON), ALERT_STORM);
}

static void closes_of_what_is_counted_are_of_no_interest(void **state)
{
	struct event event = opened(80);

	(void)state;
	assert_false(alerts_counts(alerts, &event));
	note(80, NOON);
	assert_false(alerts_counts(alerts, &event));
	note(80, NOON);
	assert_true(alerts_counts(alerts, &event));
	for (uint16_t port = 1000; port < 1000 + ALERT_EXE_MAX; port++)
		note(port, NOON);
	event = opened(2000);
	assert_true(alerts_counts(alerts, &event));
	process.exe = "/bin/b";
	assert_false(alerts_counts(alerts, &event));
}

static void the_end_tells_all_counts(void **state)
{
	(void)state;
	for (uint16_t port = 0; port < ALERT_EXE_MAX + 2; port++)
		note(1000 + port, NOON);
	note(1000, NOON);
	alerts_finish(alerts, NOON + SEC, hear, said);
	assert_said("2 storm 1020-1021 /bin/a warning;1 again tcp:1000 /bin/a a.service warning;");
	alerts_finish(alerts, NOON + SEC, hear, said);
	assert_said("");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_again_is_counted_for_a_minute),
		TEST(what_is_graver_than_before_is_told),
		TEST(a_time_that_is_over_is_told_before_what_comes),
		TEST(another_port_executable_or_unit_is_another),
		TEST(what_is_missing_is_never_the_same_again),
		TEST(a_storm_is_summarised_per_executable),
		TEST(many_executables_are_bounded_and_counted),
		TEST(a_storm_hides_nothing_graver),
		TEST(closes_of_what_is_counted_are_of_no_interest),
		TEST(the_end_tells_all_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
