// SPDX-License-Identifier: GPL-2.0-only
/* What "check" tells, in which order, and what it comes to in one line. */
#include "unit.h"

#include "cmd/findings.h"

static struct process process;
static struct buf out;
static struct findings findings;
static struct verdict verdict;

static int set_up(void **state)
{
	(void)state;
	findings = (struct findings){ 0 };
	process = a_process();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	findings_free(&findings);
	buf_free(&out);
	return 0;
}

static struct event port(uint16_t number, enum verdict_kind kind, enum severity severity,
			 const char *why)
{
	struct event event = an_event(EVENT_EXISTING, &process);

	event.socket.local.port = number;
	verdict = (struct verdict){
		.kind = kind, .severity = severity, .rule = "default", .why = why
	};
	event.verdict = &verdict;
	return event;
}

static void add(uint16_t number, enum verdict_kind kind, enum severity severity)
{
	char why[] = "for some reason";
	struct event event = port(number, kind, severity, why);

	findings_add(&findings, &event);
	memset(why, 0, sizeof(why)); /* it is the caller's, and used again */
}

static struct event missing(uint16_t proto, uint16_t first, uint16_t last)
{
	verdict = (struct verdict){ .kind = VERDICT_UNEXPECTED,
				    .severity = SEVERITY_WARNING,
				    .missing = true,
				    .rule = "a.policy:1" };
	return (struct event){ .kind = EVENT_MISSING,
			       .socket.local = { .proto = proto, .port = first },
			       .last_port = last,
			       .verdict = &verdict };
}

static const char *text(void)
{
	buf_clear(&out);
	findings_put_text(&out, &findings.counts);
	return text_of(&out);
}

/* --- which ------------------------------------------------------------------------ */

static void note(const struct event *event, void *arg)
{
	char *ports = arg;

	assert_string_equal(event->verdict->why, "for some reason");
	snprintf(ports + strlen(ports), 64 - strlen(ports), "%u ", event->socket.local.port);
}

static void the_gravest_come_first_and_else_as_they_came(void **state)
{
	char ports[64] = "";

	(void)state;
	add(1, VERDICT_UNEXPECTED, SEVERITY_WARNING);
	add(2, VERDICT_UNEXPECTED, SEVERITY_INFO);
	add(3, VERDICT_EXPECTED, SEVERITY_INFO);
	for (uint16_t i = 10; i < 30; i++)
		add(i, VERDICT_IGNORED, SEVERITY_INFO);
	add(4, VERDICT_UNEXPECTED, SEVERITY_CRIT);
	add(5, VERDICT_UNEXPECTED, SEVERITY_WARNING);
	findings_sort(&findings);
	findings_each(&findings, note, ports);
	assert_string_equal(ports, "4 1 5 2 ");
	assert_string_equal(
		text(),
		"4 unexpected (worst: crit); 1 port is as the policy wants, 20 are ignored");
}

/* Sockets of a port that one process has; another process's is another finding. */
static void a_port_is_told_once(void **state)
{
	struct process other = process;
	struct event event;

	(void)state;
	add(1, VERDICT_UNEXPECTED, SEVERITY_INFO);
	add(1, VERDICT_UNEXPECTED, SEVERITY_INFO);
	assert_int_equal(findings.n, 1);
	event = port(1, VERDICT_UNEXPECTED, SEVERITY_INFO, NULL);
	event.actor.process = &other;
	findings_add(&findings, &event);
	assert_int_equal(findings.n, 2);
	add(2, VERDICT_EXPECTED, SEVERITY_INFO);
	add(2, VERDICT_EXPECTED, SEVERITY_INFO);
	add(3, VERDICT_EXPECTED, SEVERITY_INFO);
	assert_int_equal(findings.counts.expected, 2);
}

/* --- what is missing ---------------------------------------------------------------- */

static size_t missing_by(const struct filter *filter, struct event event)
{
	size_t before = findings.n;

	findings_add_missing(&findings, &event, filter, true);
	return findings.n - before;
}

static void what_is_missing_passes_by_protocol_and_port(void **state)
{
	struct port_range range = { 100, 200 };
	const struct filter none = { 0 }, tcp = { .tcp = true }, udp = { .udp = true },
			    both = { .tcp = true, .udp = true },
			    ports = { .ports = { .ranges = &range, .n = 1 } };

	(void)state;
	assert_int_equal(missing_by(&none, missing(IPPROTO_TCP, 22, 0)), 1);
	assert_int_equal(missing_by(&tcp, missing(IPPROTO_TCP, 22, 0)), 1);
	assert_int_equal(missing_by(&both, missing(IPPROTO_UDP, 22, 0)), 1);
	assert_int_equal(missing_by(&udp, missing(IPPROTO_TCP, 22, 0)), 0);
	assert_int_equal(missing_by(&udp, missing(IPPROTO_SCTP, 22, 0)), 0);
	assert_int_equal(missing_by(&udp, missing(136, 22, 0)), 1);
	assert_int_equal(missing_by(&udp, missing(0, 22, 0)), 1);
	assert_int_equal(missing_by(&ports, missing(IPPROTO_TCP, 99, 0)), 0);
	assert_int_equal(missing_by(&ports, missing(IPPROTO_TCP, 100, 0)), 1);
	assert_int_equal(missing_by(&ports, missing(IPPROTO_TCP, 50, 99)), 0);
	assert_int_equal(missing_by(&ports, missing(IPPROTO_TCP, 50, 100)), 1);
	assert_int_equal(missing_by(&ports, missing(IPPROTO_TCP, 200, 65535)), 1);
	assert_int_equal(findings.counts.not_looked_for, 0);
}

static void and_by_nothing_that_it_does_not_have(void **state)
{
	const struct filter filters[] = {
		{ .ipv4 = true },
		{ .scopes = 1 },
		{ .n_pids = 1 },
		{ .n_uids = 1 },
		{ .n_netns = 1 },
		{ .n_comms = 1, .comms = { "x" } },
		{ .n_exes = 1, .exes = { "x" } },
		{ .n_units = 1, .units = { "x" } },
		{ .n_containers = 1, .containers = { "x" } },
	};
	const size_t n = sizeof(filters) / sizeof(*filters);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(missing_by(&filters[i], missing(IPPROTO_TCP, 22, 0)), 0);
	assert_int_equal(findings.counts.not_looked_for, n);
	assert_string_equal(text(),
			    "ok; 0 ports are as the policy wants; 9 required ports that are "
			    "not open do not pass the filter");
}

/* --- what cannot be known ------------------------------------------------------------- */

static void what_cannot_be_known_is_no_finding_and_not_ok(void **state)
{
	struct event event = port(1, VERDICT_EXPECTED, SEVERITY_INFO, NULL);
	struct event lacks = missing(IPPROTO_TCP, 22, 0);

	(void)state;
	event.verdict = NULL;
	findings_add(&findings, &event);
	findings_add(&findings, &event);
	findings_add_missing(&findings, &lacks, &(struct filter){ 0 }, false);
	assert_int_equal(findings.n, 0);
	assert_false(findings_any(&findings.counts));
	assert_string_equal(text(),
			    "unknown: nothing found in what is seen; 0 ports are as the "
			    "policy wants; of 2 ports it cannot be known from here; 1 required "
			    "port may be open where it is not seen");
	findings.counts = (struct finding_counts){ .partial = true, .expected = 1 };
	assert_string_equal(text(),
			    "unknown: nothing found in what is seen; 1 port is as the policy "
			    "wants; not everything is seen");
	findings.counts = (struct finding_counts){ .partial = true, .changed = 1, .missing = 2 };
	assert_string_equal(text(), "1 changed, 2 missing (worst: info); 0 ports are as the policy "
				    "wants; not everything is seen");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_gravest_come_first_and_else_as_they_came),
		TEST(a_port_is_told_once),
		TEST(what_is_missing_passes_by_protocol_and_port),
		TEST(and_by_nothing_that_it_does_not_have),
		TEST(what_cannot_be_known_is_no_finding_and_not_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
