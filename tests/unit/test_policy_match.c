// SPDX-License-Identifier: GPL-2.0-only
/* Which rule takes a port, and what comes of it. */
#include "judging.h"

static void verdicts_are_those_of_the_first_rule(void **state)
{
	static const char text[] = "allow tcp/80 user=root\n"
				   "ignore tcp/80 user=www-data\n"
				   "allow tcp/80\n"
				   "require tcp/81\n"
				   "alert:info tcp/82 hook=h\n"
				   "alert tcp/83\n"
				   "default alert:crit\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	got = judge(text, &c);
	assert_int_equal(got.verdict.kind, VERDICT_IGNORED);
	assert_string_equal(got.verdict.rule, "porttrace.policy:2");
	assert_null(got.verdict.why);
	c.local.port = 81;
	got = judge(text, &c);
	assert_int_equal(got.verdict.kind, VERDICT_EXPECTED);
	assert_string_equal(got.verdict.rule, "porttrace.policy:4");
	c.local.port = 82;
	got = judge(text, &c);
	assert_int_equal(got.verdict.kind, VERDICT_UNEXPECTED);
	assert_int_equal(got.verdict.severity, SEVERITY_INFO);
	assert_string_equal(got.verdict.hook, "h");
	c.local.port = 83;
	got = judge(text, &c);
	assert_int_equal(got.verdict.severity, SEVERITY_WARNING);
	assert_null(got.verdict.hook);
	c.local.port = 84;
	got = judge(text, &c);
	assert_int_equal(got.verdict.severity, SEVERITY_CRIT);
	assert_string_equal(got.verdict.rule, "default");
	assert_false(got.verdict.changed);
	assert_string_equal(got.verdict.why, "no rule allows it, and none names tcp/84");
}

static void without_a_default_it_is_a_warning(void **state)
{
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	got = judge("", &c);
	assert_int_equal(got.verdict.kind, VERDICT_UNEXPECTED);
	assert_int_equal(got.verdict.severity, SEVERITY_WARNING);
	assert_string_equal(got.verdict.rule, "default");
	got = judge("default ignore", &c);
	assert_int_equal(got.verdict.kind, VERDICT_IGNORED);
}

static bool allowed(const char *target, const char *proto, uint16_t port)
{
	char text[128];
	struct case_of c;

	a_case(&c, "0.0.0.0", port);
	c.subject.proto = proto;
	snprintf(text, sizeof(text), "allow %s", target);
	return judge(text, &c).verdict.kind == VERDICT_EXPECTED;
}

static void protocols_and_ports(void **state)
{
	(void)state;
	assert_true(allowed("tcp/80", "tcp", 80));
	assert_false(allowed("tcp/80", "tcp", 81));
	assert_false(allowed("tcp/80", "udp", 80));
	assert_true(allowed("tcp/80,443", "tcp", 443));
	assert_true(allowed("tcp/8000-8100", "tcp", 8000));
	assert_true(allowed("tcp/8000-8100", "tcp", 8100));
	assert_false(allowed("tcp/8000-8100", "tcp", 7999));
	assert_false(allowed("tcp/8000-8100", "tcp", 8101));
	assert_true(allowed("tcp/*", "tcp", 1));
	assert_true(allowed("tcp", "tcp", 65535));
	assert_true(allowed("any/53", "sctp", 53));
	assert_true(allowed("any/53", "?", 53));
	assert_true(allowed("udp/53", "udp", 53));
	assert_true(allowed("udplite/53", "udplite", 53));
	assert_false(allowed("udp/53", "udplite", 53));
	assert_true(allowed("sctp/53", "sctp", 53));
	/* A socket of MPTCP takes connections of TCP. */
	assert_true(allowed("tcp/80", "mptcp", 80));
	assert_true(allowed("mptcp/80", "mptcp", 80));
	assert_false(allowed("mptcp/80", "tcp", 80));
}

static void ephemeral_is_what_the_kernel_picked(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 40000);
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_UNEXPECTED);
	c.subject.picked = true;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_EXPECTED);
	assert_int_equal(judge("allow tcp/80,ephemeral", &c).verdict.kind, VERDICT_EXPECTED);
	/* Not known: by the range; and without one, nobody knows. */
	c.subject.picked_known = false;
	c.subject.ephemeral_first = 32768;
	c.subject.ephemeral_last = 60999;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_EXPECTED);
	c.local.port = 61000;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_UNEXPECTED);
	c.subject.ephemeral_first = 0;
	assert_int_equal(judge("allow tcp/ephemeral", &c).verdict.kind, VERDICT_UNEXPECTED);
	assert_int_equal(judge("alert tcp/ephemeral\ndefault allow", &c).verdict.kind,
			 VERDICT_UNEXPECTED);
}

static void unknown_lets_nothing_through_and_spares_nobody(void **state)
{
	static const char *const keys[] = {
		"exe=/usr/sbin/nginx",
		"exe=!/usr/sbin/nginx",
		"exe=deleted",
		"exe=memfd:*",
		"user=root",
		"user=!root",
		"user=0",
		"group=wheel",
		"group=!wheel",
		"group=0",
		"unit=a",
		"unit=!a",
		"container=a",
		"container=!a",
		"netns=host",
		"netns=!host",
		"netns=1",
		"iface=eth0",
		"iface=!eth0",
	};
	struct case_of c = { 0 };

	(void)state;
	set_addr(&c, "0.0.0.0");
	c.subject = (struct policy_subject){ .local = &c.local, .proto = "tcp" };
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_maybe(keys[i], &c);
	/* What is known otherwise still decides. */
	assert_no("exe=/usr/sbin/nginx on=loopback", &c);
}

static void keys_are_joined_by_and(void **state)
{
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	assert_yes("unit=nginx.service exe=/usr/sbin/nginx user=33 on=any", &c);
	assert_no("unit=nginx.service exe=/usr/sbin/nginx user=34 on=any", &c);
	c.subject.unit = NULL;
	assert_maybe("unit=nginx.service exe=/usr/sbin/nginx", &c);
	assert_no("unit=nginx.service exe=/usr/sbin/apache2", &c);
}

static void required_ports_are_satisfied_by_what_the_rule_asks(void **state)
{
	struct policy *policy = a_policy("alert tcp/22 exe=/usr/sbin/sshd\n"
					 "require tcp/22,23-24 exe=/usr/sbin/sshd on=any\n");
	const struct policy_required *all;
	struct case_of c;
	size_t n;

	(void)state;
	all = policy_required(policy, &n);
	assert_int_equal(n, 2);
	a_case(&c, "0.0.0.0", 22);
	c.subject.exe = "/usr/sbin/sshd";
	assert_true(policy_satisfies(policy, &all[0], &c.subject));
	assert_false(policy_satisfies(policy, &all[1], &c.subject));
	c.subject.standing = EXE_OTHER;
	assert_false(policy_satisfies(policy, &all[0], &c.subject));
	c.subject.standing = EXE_HOST;
	c.local.port = 24;
	assert_false(policy_satisfies(policy, &all[0], &c.subject));
	assert_true(policy_satisfies(policy, &all[1], &c.subject));
	c.subject.proto = "udp";
	assert_false(policy_satisfies(policy, &all[1], &c.subject));
	c.subject.proto = "tcp";
	set_addr(&c, "127.0.0.1");
	assert_false(policy_satisfies(policy, &all[1], &c.subject));
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_those_of_the_first_rule),
		cmocka_unit_test(without_a_default_it_is_a_warning),
		cmocka_unit_test(protocols_and_ports),
		cmocka_unit_test(ephemeral_is_what_the_kernel_picked),
		cmocka_unit_test(unknown_lets_nothing_through_and_spares_nobody),
		cmocka_unit_test(keys_are_joined_by_and),
		cmocka_unit_test(required_ports_are_satisfied_by_what_the_rule_asks),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
