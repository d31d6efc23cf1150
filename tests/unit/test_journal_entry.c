// SPDX-License-Identifier: GPL-2.0-only
#include "sinks.h"

#include "harmless.h"

#include "model/verdict.h"
#include "output/journal_entry.h"

/* --- an entry as journald reads it ------------------------------------------------ */

/* The value of a field, until the next call; NULL: there is none. */
static const char *field(const char *name)
{
	static char value[300000];
	size_t n = strlen(name);
	const char *line = text_of(&out);

	while (*line) {
		const char *end = strchr(line, '\n');

		assert_non_null(end);
		if (!strncmp(line, name, n) && line[n] == '=') {
			size_t len = (size_t)(end - line) - n - 1;

			assert_true(len < sizeof(value));
			memcpy(value, line + n + 1, len);
			value[len] = '\0';
			return value;
		}
		line = end + 1;
	}
	return NULL;
}

#define assert_field(name, expected) assert_string_equal(field(name), expected)
#define assert_no_field(name) assert_null(field(name))

static size_t put(const struct event *event)
{
	buf_clear(&out);
	return journal_put_event(event, enrich, 7, &out);
}

#define CONTAINER "docker:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct place nginx = { .unit = "nginx.service", .container = CONTAINER };

/* --- fields ----------------------------------------------------------------------- */

static void an_open_has_all_that_is_known(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);
	size_t lasting;

	(void)state;
	process.place = &nginx;
	event.time_ns = 5000000000;
	lasting = put(&event);
	assert_field("SYSLOG_IDENTIFIER", "porttrace");
	assert_field("MESSAGE_ID", "0b241cb1bf724fb2a0adf0f81b4cdde4");
	assert_field("PRIORITY", "5");
	assert_field("PORTTRACE_EVENT", "open");
	assert_field("PORTTRACE_PROTO", "tcp");
	assert_field("PORTTRACE_ADDR", "0.0.0.0");
	assert_field("PORTTRACE_PORT", "8080");
	assert_field("PORTTRACE_PID", "4242");
	assert_field("PORTTRACE_COMM", "python3");
	assert_field("PORTTRACE_EXE", "/usr/bin/python3");
	assert_field("PORTTRACE_USER", "1000");
	assert_field("PORTTRACE_UNIT", "nginx.service");
	assert_field("PORTTRACE_CONTAINER", CONTAINER);
	assert_field("PORTTRACE_NETNS", "7");
	assert_field("PORTTRACE_SEQ", "7");
	assert_field("OBJECT_PID", "4242");
	assert_field("OBJECT_SYSTEMD_UNIT", "nginx.service");
	assert_non_null(field("PORTTRACE_TIME"));
	assert_field("MESSAGE",
		     "opened tcp 0.0.0.0:8080 by python3 (4242), user uid 1000, nginx.service, "
		     "docker:0123456789ab: netns 7; python3 -m http.server");
	/* A process's number is told as long as it is sure to be the process's. */
	assert_string_equal(out.data + lasting, "OBJECT_PID=4242\n");
}

static void what_is_not_known_is_absent(void **state)
{
	struct event event = an_event(EVENT_CLOSE, NULL);

	(void)state;
	put(&event);
	assert_field("MESSAGE", "closed tcp 0.0.0.0:8080 by (unknown): netns 7");
	assert_no_field("PORTTRACE_WHILE_DOWN");
	event.while_down = true;
	put(&event);
	assert_field("MESSAGE",
		     "closed tcp 0.0.0.0:8080 by (unknown): netns 7; while porttrace was "
		     "down");
	assert_field("PORTTRACE_WHILE_DOWN", "1");
	assert_no_field("PORTTRACE_PID");
	assert_no_field("PORTTRACE_COMM");
	assert_no_field("PORTTRACE_EXE");
	assert_no_field("PORTTRACE_USER");
	assert_no_field("PORTTRACE_UNIT");
	assert_no_field("PORTTRACE_CONTAINER");
	assert_no_field("PORTTRACE_VERDICT");
	assert_no_field("PORTTRACE_RULE");
	assert_no_field("PORTTRACE_WHY");
	assert_no_field("PORTTRACE_TIME");
	assert_no_field("OBJECT_PID");
	assert_no_field("OBJECT_SYSTEMD_UNIT");
}

static void each_kind_has_an_id_and_its_priority(void **state)
{
	static const int priorities[EVENT_KINDS] = {
		[EVENT_EXISTING] = 6, [EVENT_OPEN] = 5, [EVENT_CHANGE] = 6,    [EVENT_CLOSE] = 5,
		[EVENT_LOST] = 4,     [EVENT_BIND] = 6, [EVENT_RECOVERED] = 5, [EVENT_CONNECT] = 6,
		[EVENT_ACCEPT] = 6,   [EVENT_END] = 6,  [EVENT_FAIL] = 6,      [EVENT_STATE] = 6,
		[EVENT_MISSING] = 4,
	};

	(void)state;
	for (int i = 0; i < JOURNAL_KINDS; i++) {
		const char *id = journal_message_id((enum journal_kind)i);

		assert_int_equal(strspn(id, "0123456789abcdef"), 32);
		assert_int_equal(strlen(id), 32);
		for (int other = 0; other < i; other++)
			assert_string_not_equal(id, journal_message_id((enum journal_kind)other));
		assert_non_null(journal_kind_name((enum journal_kind)i));
		if (i < EVENT_KINDS)
			assert_int_equal(journal_kind_priority((enum journal_kind)i),
					 priorities[i]);
	}
}

static void connections_tell_where_to(void **state)
{
	struct connection connection;
	struct event event = a_connection_event(EVENT_CONNECT, &connection);

	(void)state;
	connection.latency_ns = 1500000;
	put(&event);
	assert_field("PRIORITY", "6");
	assert_contains(field("MESSAGE"), "connected tcp 10.0.0.1:8080 by python3 (4242)");
	assert_contains(field("MESSAGE"), "-> 192.0.2.1:443; in 1.5");
	event.kind = EVENT_FAIL;
	connection.no_local = true;
	connection.op = "connect";
	connection.error = 111;
	put(&event);
	assert_no_field("PORTTRACE_ADDR");
	assert_no_field("PORTTRACE_PORT");
	assert_contains(field("MESSAGE"), "connect: ECONNREFUSED");
}

static void a_loss_tells_count_and_time(void **state)
{
	const struct event lost = {
		.kind = EVENT_LOST,
		.time_ns = 4000000000,
		.lost_kind = "open",
		.lost_cause = "the ring was full",
		.lost_count = 12,
		.lost_from_ns = 2000000000,
		.lost_to_ns = 3000000000,
	};

	(void)state;
	put(&lost);
	assert_field("PORTTRACE_EVENT", "lost");
	assert_field("PORTTRACE_COUNT", "12");
	assert_non_null(field("PORTTRACE_FROM"));
	assert_non_null(field("PORTTRACE_TO"));
	assert_field("MESSAGE", "lost 12 open records: the ring was full");
	assert_no_field("PORTTRACE_PORT");
	assert_no_field("PORTTRACE_NETNS");
	buf_clear(&out);
	journal_put_untold(3, 2000000000, 3000000000, 9, &out);
	assert_field("PORTTRACE_EVENT", "lost");
	assert_field("PORTTRACE_COUNT", "3");
	assert_field("PORTTRACE_SEQ", "9");
	assert_field("PRIORITY", "4");
	assert_field("MESSAGE", "lost 3 journal entries: the journal did not take them");
}

/* --- verdicts --------------------------------------------------------------------- */

static void assert_alert(const struct event *event, const char *id, const char *priority)
{
	put(event);
	assert_field("MESSAGE_ID", id);
	assert_field("PRIORITY", priority);
}

static void an_alert_is_of_another_kind(void **state)
{
	struct verdict verdict = { .kind = VERDICT_UNEXPECTED,
				   .severity = SEVERITY_CRIT,
				   .rule = "web.policy:3",
				   .why = "exe differs" };
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	event.verdict = &verdict;
	assert_alert(&event, journal_message_id(JOURNAL_UNEXPECTED), "2");
	assert_field("PORTTRACE_VERDICT", "unexpected");
	assert_field("PORTTRACE_RULE", "web.policy:3");
	assert_field("PORTTRACE_WHY", "exe differs");
	assert_field("MESSAGE",
		     "UNEXPECTED: opened tcp 0.0.0.0:8080 by python3 (4242), user uid 1000; "
		     "rule web.policy:3: exe differs: netns 7; python3 -m http.server");
	verdict.changed = true;
	assert_alert(&event, journal_message_id(JOURNAL_CHANGED), "2");
	assert_contains(field("MESSAGE"), "CHANGED: opened");
	event.kind = EVENT_CLOSE;
	event.from = RECORD_CLOSE;
	assert_alert(&event, journal_message_id((enum journal_kind)EVENT_CLOSE), "5");
	assert_field("PORTTRACE_VERDICT", "unexpected");
}

static void an_alert_has_the_priority_of_its_severity(void **state)
{
	static const char *const priorities[] = {
		[SEVERITY_INFO] = "5", [SEVERITY_WARNING] = "4", [SEVERITY_CRIT] = "2"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(priorities); i++) {
		const struct verdict verdict = { .kind = VERDICT_UNEXPECTED,
						 .severity = (enum severity)i,
						 .rule = "default" };
		struct event event = an_event(EVENT_OPEN, &process);

		event.verdict = &verdict;
		assert_alert(&event, journal_message_id(JOURNAL_UNEXPECTED), priorities[i]);
	}
}

static void an_expected_port_is_no_alert(void **state)
{
	struct verdict verdict = { .kind = VERDICT_EXPECTED, .rule = "web.policy:1" };
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	event.verdict = &verdict;
	assert_alert(&event, journal_message_id((enum journal_kind)EVENT_OPEN), "5");
	assert_field("PORTTRACE_VERDICT", "expected");
	assert_field("PORTTRACE_RULE", "web.policy:1");
	assert_no_field("PORTTRACE_WHY");
}

static void a_missing_port_has_no_address(void **state)
{
	struct verdict verdict = { .kind = VERDICT_UNEXPECTED,
				   .severity = SEVERITY_CRIT,
				   .missing = true,
				   .rule = "porttrace.policy:2",
				   .why = "nobody has it open" };
	struct event event = an_event(EVENT_MISSING, NULL);

	(void)state;
	event.verdict = &verdict;
	assert_alert(&event, journal_message_id((enum journal_kind)EVENT_MISSING), "2");
	assert_field("MESSAGE", "required and not open: tcp *:8080; rule porttrace.policy:2: "
				"nobody has it open");
	assert_field("PORTTRACE_PORT", "8080");
	assert_no_field("PORTTRACE_ADDR");
	assert_no_field("PORTTRACE_NETNS");
}

static void a_note_is_one_line(void **state)
{
	(void)state;
	buf_clear(&out);
	journal_put_note(JOURNAL_POLICY_REFUSED, "x.policy:3:1: error: no\nPRIORITY=0", 4, &out);
	assert_field("PORTTRACE_EVENT", "policy-refused");
	assert_field("PRIORITY", "3");
	assert_field("MESSAGE", "x.policy:3:1: error: no\\x0aPRIORITY=0");
}

/* --- hostile text ----------------------------------------------------------------- */

/* Each line is FIELD=VALUE, and no value does harm. */
static void assert_well_formed(void)
{
	const char *line = text_of(&out), *end;

	assert_true(harmless_init());
	for (; *line; line = end + 1) {
		const char *equals = strchr(line, '=');

		end = strchr(line, '\n');
		assert_non_null(end);
		assert_non_null(equals);
		assert_true(equals < end && equals > line);
		assert_true(strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == (size_t)(equals - line));
		assert_true(harmless(equals + 1, (size_t)(end - equals) - 1));
	}
}

/* NOLINTBEGIN(misc-misleading-bidirectional): to mislead is what they are for */
static char hostile_args[] = "a\nPRIORITY=0\nMESSAGE=forged\0\033[2J\xe2\x80\xae\xff\xef\xbf\xbe";
static char hostile_exe[] = "/tmp/x\nOBJECT_SYSTEMD_UNIT=ssh.service\n\xf0\x9f\xbf\xbf";
/* NOLINTEND(misc-misleading-bidirectional) */

static void a_hostile_name_forges_no_field(void **state)
{
	struct verdict verdict = { .kind = VERDICT_UNEXPECTED, .rule = "a\nb", .why = "c\n\xff" };
	struct place place = { .unit = "a\nb.service", .container = "docker:a\nb" };
	struct event event = an_event(EVENT_OPEN, &process);

	(void)state;
	process.args = hostile_args;
	process.args_len = sizeof(hostile_args);
	process.exe = hostile_exe;
	process.place = &place;
	strcpy(event.actor.comm, "x\nPRIORITY=0");
	event.verdict = &verdict;
	put(&event);
	assert_well_formed();
	assert_field("PRIORITY", "5");
	assert_field("PORTTRACE_COMM", "x\\x0aPRIORITY=0");
	assert_field("PORTTRACE_EXE", "/tmp/x\\x0aOBJECT_SYSTEMD_UNIT=ssh.service\\x0a\\u{1ffff}");
	assert_field("OBJECT_SYSTEMD_UNIT", "a\\x0ab.service");
	assert_contains(field("MESSAGE"), "\\x1b[2J\\u{202e}\\xff\\u{fffe}");
}

#define LONG 65536

static void a_long_command_line_is_cut_in_the_message_alone(void **state)
{
	struct event event = an_event(EVENT_OPEN, &process);
	char *args = malloc(LONG);
	const char *message;

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(args, 'x', shift);
		for (size_t i = shift; i + 2 < LONG; i += 2)
			memcpy(args + i, "\xc3\xa4", 2); /* never cut in its middle */
		args[LONG - 2] = args[LONG - 1] = '\0';
		process.args = args;
		process.args_len = LONG;
		put(&event);
		assert_well_formed();
		message = field("MESSAGE");
		assert_in_range(strlen(message), JOURNAL_MESSAGE_MAX - 4, JOURNAL_MESSAGE_MAX);
		assert_string_equal(message + strlen(message) - 6, "\xc3\xa4 ...");
		assert_true(strlen(field("PORTTRACE_ARGS")) > LONG - 4);
	}
	process.args_len = 0;
	put(&event);
	assert_no_field("PORTTRACE_ARGS");
	free(args);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(an_open_has_all_that_is_known),
		SINK_TEST(what_is_not_known_is_absent),
		SINK_TEST(each_kind_has_an_id_and_its_priority),
		SINK_TEST(connections_tell_where_to),
		SINK_TEST(a_loss_tells_count_and_time),
		SINK_TEST(an_alert_is_of_another_kind),
		SINK_TEST(an_alert_has_the_priority_of_its_severity),
		SINK_TEST(an_expected_port_is_no_alert),
		SINK_TEST(a_missing_port_has_no_address),
		SINK_TEST(a_note_is_one_line),
		SINK_TEST(a_hostile_name_forges_no_field),
		SINK_TEST(a_long_command_line_is_cut_in_the_message_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
