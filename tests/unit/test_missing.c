// SPDX-License-Identifier: GPL-2.0-only
/* What is required and missing, by a clock of the test's own. */
#include "policies.h"

#include "alert/missing.h"

#define SEC 1000000000ULL
#define NOON (1000 * SEC)

static struct policy *policy;
static struct missing *missing;
static char said[1024];

static void look_for(const char *text)
{
	policy = a_policy(text);
	missing = missing_new(policy);
	assert_non_null(missing);
	*said = '\0';
}

static void forget(void)
{
	missing_free(missing);
	policy_free(policy);
}

static void hear(const struct event *event, void *arg)
{
	size_t at = strlen(said);

	assert_ptr_equal(arg, said);
	assert_int_equal(event->kind, EVENT_MISSING);
	assert_true(event->verdict->missing);
	assert_int_equal(event->verdict->kind, VERDICT_UNEXPECTED);
	snprintf(said + at, sizeof(said) - at, "%s:%u-%u %s %s;", proto_name(&event->socket),
		 event->socket.local.port, event->last_port,
		 severity_name(event->verdict->severity), event->verdict->why);
}

static const char *told_at(uint64_t now)
{
	*said = '\0';
	missing_run(missing, now, hear, said);
	return said;
}

static void put(uint16_t port, const char *unit)
{
	struct endpoint local = an_endpoint(IPPROTO_TCP, port);
	struct policy_subject subject = { .local = &local, .proto = "tcp", .unit = unit };

	missing_opened(missing, &local, &subject);
}

static void take(uint16_t port, uint64_t now)
{
	struct endpoint local = an_endpoint(IPPROTO_TCP, port);

	missing_closed(missing, &local, now);
}

static void what_nobody_has_open_is_told_once_at_the_start(void **state)
{
	(void)state;
	look_for("require  tcp/22 \t unit=a.service\nrequire any/80\nrequire tcp/443\n"
		 "default alert:crit\n");
	put(443, "");
	put(22, "b.service"); /* not as the rule wants it */
	assert_int_equal(missing_due(missing), UINT64_MAX);
	missing_start(missing, NULL, NOON);
	assert_int_equal(missing_due(missing), NOON);
	assert_string_equal(told_at(NOON),
			    "tcp:22-0 crit nobody has it open as this wants: require "
			    "tcp/22 unit=a.service;any:80-0 crit nobody has it open "
			    "as this wants: require any/80;");
	assert_string_equal(told_at(NOON + 3600 * SEC), "");
	assert_int_equal(missing_due(missing), UINT64_MAX);
	forget();
}

static void a_restart_is_no_alarm(void **state)
{
	(void)state;
	look_for("require tcp/22\ndefault ignore\n");
	put(22, "");
	missing_start(missing, NULL, NOON);
	take(22, NOON);
	assert_int_equal(missing_due(missing), NOON + MISSING_AFTER_NS);
	assert_string_equal(told_at(NOON + MISSING_AFTER_NS - 1), "");
	put(22, "");
	assert_int_equal(missing_due(missing), UINT64_MAX);
	assert_string_equal(told_at(NOON + MISSING_AFTER_NS), "");
	forget();
}

static void what_does_not_come_back_is_told_and_again_after_it_did(void **state)
{
	(void)state;
	look_for("require tcp/22\ndefault ignore\n");
	put(22, "");
	missing_start(missing, NULL, NOON);
	for (int i = 0; i < 2; i++) {
		take(22, NOON);
		assert_string_equal(
			told_at(NOON + MISSING_AFTER_NS),
			"tcp:22-0 warning closed, and not back within 5 s: require tcp/22;");
		assert_string_equal(told_at(NOON + MISSING_AFTER_NS), "");
		put(22, "");
	}
	forget();
}

static void one_of_several_is_enough(void **state)
{
	struct endpoint other = an_endpoint(IPPROTO_TCP, 22);
	struct policy_subject subject = { .local = &other, .proto = "tcp" };

	(void)state;
	look_for("require tcp/22\nrequire tcp/8000-8010\ndefault ignore\n");
	put(22, "");
	put(22, ""); /* told twice, it is one */
	other.addr[0] = 10;
	missing_opened(missing, &other, &subject);
	missing_start(missing, NULL, NOON);
	take(22, NOON);
	assert_string_equal(told_at(NOON),
			    "tcp:8000-8010 warning nobody has it open as this wants: require "
			    "tcp/8000-8010;");
	assert_int_equal(missing_due(missing), UINT64_MAX);
	missing_closed(missing, &other, NOON);
	missing_closed(missing, &other, NOON + 1); /* not open */
	assert_int_equal(missing_due(missing), NOON + MISSING_AFTER_NS);
	put(8010, "");
	take(8010, NOON);
	assert_contains(told_at(NOON + MISSING_AFTER_NS), "tcp:8000-8010 ");
	forget();
}

static void what_is_out_of_view_is_spared(void **state)
{
	(void)state;
	look_for("require tcp/22\nrequire tcp/23\ndefault ignore\n");
	assert_int_equal(missing_wanted(missing), 2);
	missing_spare(missing, 0);
	assert_int_equal(missing_wanted(missing), 1);
	missing_start(missing, NULL, NOON);
	assert_string_equal(told_at(NOON),
			    "tcp:23-0 warning nobody has it open as this wants: require tcp/23;");
	assert_int_equal(missing_due(missing), UINT64_MAX);
	forget();
}

/* Another policy: what was told is not told again, and a restart keeps its time. */
static void a_reload_tells_what_is_new(void **state)
{
	struct missing *before;
	struct policy *old;

	(void)state;
	look_for("require tcp/22\nrequire tcp/23\ndefault ignore\n");
	put(23, "");
	missing_start(missing, NULL, NOON);
	assert_contains(told_at(NOON), "tcp:22-0 ");
	take(23, NOON + SEC);
	before = missing;
	old = policy;
	look_for("require tcp/24\nrequire tcp/23\nrequire tcp/22 unit=x\ndefault ignore\n");
	missing_start(missing, before, NOON + 2 * SEC);
	missing_free(before);
	policy_free(old);
	assert_string_equal(told_at(NOON + 2 * SEC),
			    "tcp:24-0 warning nobody has it open as this wants: require tcp/24;");
	assert_string_equal(told_at(NOON + 6 * SEC),
			    "tcp:23-0 warning closed, and not back within 5 s: require tcp/23;");
	forget();
}

/* Each rule of a port has a past of its own. */
static void a_reload_tells_rules_of_one_port_apart(void **state)
{
	static const char one[] = "require tcp/22 unit=a\ndefault ignore\n";
	static const char two[] = "require tcp/22 unit=a\nrequire tcp/22 unit=b\ndefault ignore\n";
	struct missing *before;
	struct policy *old;

	(void)state;
	look_for(one);
	missing_start(missing, NULL, NOON);
	assert_contains(told_at(NOON), "unit=a;");
	for (int i = 0; i < 2; i++) {
		before = missing;
		old = policy;
		look_for(two);
		missing_start(missing, before, NOON + SEC);
		missing_free(before);
		policy_free(old);
		assert_string_equal(told_at(NOON + SEC),
				    i ? "" :
					"tcp:22-0 warning nobody has it open as this wants: "
					"require tcp/22 unit=b;");
	}
	forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_has_open_is_told_once_at_the_start),
		cmocka_unit_test(a_restart_is_no_alarm),
		cmocka_unit_test(what_does_not_come_back_is_told_and_again_after_it_did),
		cmocka_unit_test(one_of_several_is_enough),
		cmocka_unit_test(what_is_out_of_view_is_spared),
		cmocka_unit_test(a_reload_tells_what_is_new),
		cmocka_unit_test(a_reload_tells_rules_of_one_port_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
