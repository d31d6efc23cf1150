// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is learnt is read back by the parser, and judged: a policy that alerts about
 * what it was made of is of no use, and one that lets through more than it saw is worse.
 */

#include "learning.h"

#include <errno.h>

static void nothing_seen_is_a_policy_that_lets_nothing_through(void **state)
{
	(void)state;
	assert_string_equal(
		learnt(NULL),
		"# Learnt by test: nothing was open\n"
		"# It was open, which does not say that it should have been:\n# read this "
		"before you trust it.\n"
		"\ndefault alert:warning\n");
	policy_free(parsed(learnt(NULL)));
}

/* Groups by unit, then by executable; ports of one rule together; when and how often. */
static void a_policy_is_grouped_and_sorted(void **state)
{
	struct someone *s;
	struct learn_counts counts;

	(void)state;
	s = someone("0.0.0.0", 443);
	see(s);
	s = someone("::", 80);
	s->seen.time_s += 60;
	see(s);
	s = someone("0.0.0.0", 80);
	s->seen.time_s -= 60;
	see(s);
	s = someone("127.0.0.1", 8080);
	see(s);
	s = someone("127.0.0.1", 40000);
	s->subject.exe = "/usr/bin/python3.11";
	s->subject.unit = "";
	s->subject.user = "dev";
	s->subject.picked = true;
	see(s);
	s = someone("127.0.0.1", 5432);
	s->subject.exe = "/usr/lib/postgresql/15/bin/postgres";
	s->subject.unit = "postgresql@15-main.service";
	see(s);
	assert_string_equal(
		learnt(&counts),
		"# Learnt by test: 2026-11-25T11:59:00Z to 2026-11-25T12:01:00Z\n"
		"# It was open, which does not say that it should have been:\n# read this before you "
		"trust it.\n"
		"\n# --- nginx.service\n"
		"\n# 1 time, 2026-11-25T12:00:00Z\n"
		"allow tcp/8080 on=loopback exe=/usr/sbin/nginx unit=nginx.service\n"
		"\n# 3 times, 2026-11-25T11:59:00Z to 2026-11-25T12:01:00Z\n"
		"allow tcp/80,443 on=any exe=/usr/sbin/nginx unit=nginx.service\n"
		"\n# --- postgresql@15-main.service\n"
		"\n# 1 time, 2026-11-25T12:00:00Z\n"
		"allow tcp/5432 on=loopback exe=/usr/lib/postgresql/15/bin/postgres "
		"unit=postgresql@15-main.service\n"
		"\n# --- in no systemd unit that lasts\n"
		"\n# 1 time, 2026-11-25T12:00:00Z\n"
		"allow tcp/ephemeral on=loopback exe=/usr/bin/python3.11 user=dev\n"
		"\ndefault alert:warning\n");
	assert_int_equal(counts.rules, 4);
	assert_int_equal(counts.reviews, 0);
	policy_free(parsed(learnt(NULL)));
}

/* A wildcard bind is "any" alone, so that both are listed where both were seen. */
static void scopes_are_those_seen(void **state)
{
	const struct someone *s = someone("10.0.0.1", 80);

	(void)state;
	see(someone("0.0.0.0", 80));
	see(someone("127.0.0.1", 80));
	see(someone("8.8.8.8", 80));
	see(someone("fe80::1", 80));
	assert_contains(learnt(NULL), "tcp/80 on=loopback,link,public,any exe=");
	see(s);
	assert_contains(learnt(NULL), "on=loopback,link,private,public,any exe=");
	assert_string_equal(rule_of(someone("ff02::fb", 5353)),
			    "allow tcp/5353 on=multicast exe=/usr/sbin/nginx unit=nginx.service");
}

static void three_numbers_in_a_row_are_a_range(void **state)
{
	(void)state;
	see(someone("::1", 81));
	see(someone("::1", 80));
	assert_contains(learnt(NULL), "tcp/80,81 on=");
	see(someone("::1", 82));
	see(someone("::1", 8080));
	assert_contains(learnt(NULL), "tcp/80-82,8080 on=");
}

/* A line stays one that can be read. */
static void many_numbers_are_several_rules(void **state)
{
	struct learn_counts counts;
	const char *text;

	(void)state;
	for (uint16_t port = 1000; port < 1060; port = (uint16_t)(port + 2))
		see(someone("::1", port));
	text = learnt(&counts);
	assert_int_equal(counts.rules, 2);
	assert_contains(text, ",1046 on=loopback exe=");
	assert_contains(text, "allow tcp/1048,");
	text = strstr(text, "# so many: ");
	assert_non_null(text);
	assert_null(strstr(text + 1, "# so many: "));
	policy_free(parsed(learnt(NULL)));
}

/* What is gone tomorrow names nothing: then the user does. */
static void units_of_a_moment_are_left_away(void **state)
{
	static const char *const moments[] = { "session-3.scope", "run-u12.service",
					       "run-r3f2.scope", "docker-1234.scope" };
	struct someone *s = someone("::1", 80);

	(void)state;
	for (size_t i = 0; i < COUNT(moments); i++) {
		s->subject.unit = moments[i];
		assert_string_equal(rule_of(s),
				    "allow tcp/80 on=loopback exe=/usr/sbin/nginx user=root");
	}
	s->subject.unit = "init.scope";
	assert_contains(rule_of(s), " unit=init.scope");
	s->subject.unit = NULL;
	s->subject.user = NULL;
	s->subject.uid = 12345;
	assert_contains(rule_of(s), " user=12345");
}

/* exe= is for the host's files alone: a container goes by what names it tomorrow, too. */
static void containers_go_by_a_name_that_lasts(void **state)
{
	struct someone *s = someone("0.0.0.0", 80);

	(void)state;
	s->subject.standing = EXE_OTHER;
	s->subject.unit = "";
	s->subject.container = "lxc:web";
	assert_string_equal(rule_of(s), "allow tcp/80 on=any container=lxc:web");
	s->subject.container = "docker:3f2a9c0b7d5e3f2a9c0b7d5e";
	assert_string_equal(rule_of(s), "#allow tcp/80 on=any container=docker:**");
	assert_contains(learnt(NULL), "an id and no name that lasts");
	s->subject.unit = "web.service"; /* of podman, by a unit of its own */
	assert_string_equal(rule_of(s), "allow tcp/80 on=any unit=web.service");
	s->subject.standing = EXE_HOST;
	assert_string_equal(rule_of(s), "allow tcp/80 on=any exe=/usr/sbin/nginx unit=web.service");
}

static void a_path_with_stars_means_itself(void **state)
{
	struct someone *s = someone("0.0.0.0", 80);
	struct policy *policy;

	(void)state;
	s->subject.exe = "/opt/a b,!*?[x]\"\\#\xff/n";
	see(s);
	policy = parsed(learnt(NULL));
	assert_int_equal(judged(policy, s), VERDICT_EXPECTED);
	s->subject.exe = "/opt/a b,!zz?[x]\"\\#\xff/n";
	assert_int_equal(judged(policy, s), VERDICT_UNEXPECTED);
	s->subject.exe = "/opt/a b";
	assert_int_equal(judged(policy, s), VERDICT_UNEXPECTED);
	policy_free(policy);
}

static void what_is_too_much_is_counted(void **state)
{
	struct someone *s = someone("0.0.0.0", 0);
	struct learn_counts counts;
	char exe[32];

	(void)state;
	s->subject.exe = exe;
	for (unsigned int i = 0; i < LEARN_MAX + 3; i++) {
		snprintf(exe, sizeof(exe), "/bin/%u", i);
		assert_int_equal(learn_see(learn, &s->seen), i < LEARN_MAX ? 0 : -ENOSPC);
	}
	assert_contains(learnt(&counts), "# 3 ports were too many, and left away.\n");
	assert_int_equal(counts.dropped, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEARNT(nothing_seen_is_a_policy_that_lets_nothing_through),
		LEARNT(a_policy_is_grouped_and_sorted),
		LEARNT(scopes_are_those_seen),
		LEARNT(three_numbers_in_a_row_are_a_range),
		LEARNT(many_numbers_are_several_rules),
		LEARNT(units_of_a_moment_are_left_away),
		LEARNT(containers_go_by_a_name_that_lasts),
		LEARNT(a_path_with_stars_means_itself),
		LEARNT(what_is_too_much_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
