// SPDX-License-Identifier: GPL-2.0-only
/* What is said of a verdict: which fact is not as a rule wants it. */
#include "judging.h"

static void what_changed_is_told(void **state)
{
	static const char text[] = "alert:crit any/* exe=memfd:*,/tmp/**\n"
				   "allow tcp/80,443 exe=/usr/sbin/apache2 user=root unit=x\n"
				   "ignore tcp/1-1024 user=nobody\n"
				   "allow tcp/80 exe=/usr/sbin/nginx user=www-data on=any\n"
				   "ignore tcp/9000 user=dev\n"
				   "allow udp/80 exe=/tmp/nginx\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	c.subject.exe = "/tmp/nginx";
	got = judge(text, &c);
	assert_int_equal(got.verdict.severity, SEVERITY_CRIT);
	assert_string_equal(got.verdict.rule, "porttrace.policy:1");
	assert_true(got.verdict.changed);
	assert_string_equal(got.verdict.why,
			    "exe is /tmp/nginx, rule porttrace.policy:4 wants /usr/sbin/nginx");
	set_addr(&c, "10.0.0.1");
	got = judge(text, &c);
	assert_string_equal(got.verdict.why,
			    "on is private (10.0.0.1), rule porttrace.policy:4 wants any; "
			    "exe is /tmp/nginx, it wants /usr/sbin/nginx");
	/* A range to be ignored names no number. */
	c.local.port = 81;
	got = judge(text, &c);
	assert_false(got.verdict.changed);
	assert_string_equal(got.verdict.why,
			    "exe is /tmp/nginx, rule porttrace.policy:1 alerts on any/* "
			    "exe=memfd:*,/tmp/**");
	c.local.port = 9000;
	got = judge(text, &c);
	assert_true(got.verdict.changed);
	assert_string_equal(got.verdict.why, "user is www-data, rule porttrace.policy:5 wants dev");
}

static void why_it_is_not_the_file_is_told(void **state)
{
	static const char text[] = "allow tcp/80 exe=/usr/sbin/nginx\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	c.subject.standing = EXE_OTHER;
	got = judge(text, &c);
	assert_true(got.verdict.changed);
	assert_string_equal(
		got.verdict.why,
		"exe is /usr/sbin/nginx, but not the host's file of that path: a container's, "
		"or one mounted over it, rule porttrace.policy:1 wants /usr/sbin/nginx");
	c.subject.standing = EXE_DELETED;
	got = judge(text, &c);
	assert_true(got.verdict.changed);
	assert_contains(got.verdict.why, "which was deleted or replaced since it started "
					 "(exe-deleted=ok allows that), rule");
	/* Not known is not known to have changed. */
	c.subject.standing = EXE_UNKNOWN;
	got = judge(text, &c);
	assert_false(got.verdict.changed);
	assert_contains(got.verdict.why, "which is not known to be the host's file, rule");
	c.subject.exe = NULL;
	got = judge(text, &c);
	assert_false(got.verdict.changed);
	assert_string_equal(got.verdict.why,
			    "exe is not known, rule porttrace.policy:1 wants /usr/sbin/nginx");
	c.subject.exe = "memfd:x";
	c.subject.standing = EXE_MEMFD;
	got = judge(text, &c);
	assert_string_equal(got.verdict.why,
			    "exe is memfd:x, rule porttrace.policy:1 wants /usr/sbin/nginx");
}

static void each_fact_has_its_words(void **state)
{
	static const char text[] =
		"allow tcp/80 user=a group=b unit=c container=d netns=e iface=f\n";
	struct case_of c;
	struct judgement got;

	(void)state;
	a_case(&c, "127.0.0.1", 80);
	got = judge(text, &c);
	assert_string_equal(
		got.verdict.why,
		"user is www-data, rule porttrace.policy:1 wants a; group is "
		"www-data,ssl-cert, it wants b; unit is nginx.service, it wants c; "
		"container is none, it wants d; netns is host, it wants e; iface is none, "
		"it wants f");
	c.subject.user = "";
	c.subject.groups = NULL;
	c.subject.unit = NULL;
	c.subject.netns = "";
	got = judge(text, &c);
	assert_contains(got.verdict.why, "user is 33, rule");
	assert_contains(got.verdict.why,
			"; group is 33, and others that are not known, it wants b");
	assert_contains(got.verdict.why, "; unit is not known, it wants c");
	assert_contains(got.verdict.why, "; netns is 4026531840, it wants e");
	c.subject.uid_known = c.subject.gid_known = false;
	c.subject.user = NULL;
	c.subject.netns_inode = 0;
	got = judge(text, &c);
	assert_contains(got.verdict.why, "user is not known, rule");
	assert_contains(got.verdict.why, "; group is not known, it");
	assert_contains(got.verdict.why, "; netns is none, it");
	c.subject.groups = c.groups;
	c.subject.n_groups = 0;
	got = judge(text, &c);
	assert_contains(got.verdict.why, "; group is none, it");
}

static void a_long_why_is_cut_and_says_so(void **state)
{
	char exe[3000];
	struct case_of c;
	struct judgement got;

	(void)state;
	memset(exe, 'a', sizeof(exe) - 1);
	exe[0] = '/';
	exe[sizeof(exe) - 1] = '\0';
	a_case(&c, "127.0.0.1", 80);
	c.subject.exe = exe;
	got = judge("allow tcp/80 exe=/b user=x", &c);
	assert_int_equal(strlen(got.verdict.why), POLICY_WHY_MAX - 1);
	assert_string_equal(got.verdict.why + POLICY_WHY_MAX - 1 - 4, "a...");
}

/* Whoever asks is told why, whatever the verdict. */
static void each_verdict_can_be_explained(void **state)
{
	struct policy *policy = a_policy("allow tcp/80 exe=/usr/sbin/nginx on=any\nignore tcp/81\n"
					 "alert tcp/82 user=!root\ndefault allow\n");
	char why[POLICY_WHY_MAX];
	struct case_of c;

	(void)state;
	a_case(&c, "0.0.0.0", 80);
	policy_explain(policy, &c.subject, why);
	assert_string_equal(why, "on is any (0.0.0.0), rule porttrace.policy:1 wants any; exe is "
				 "/usr/sbin/nginx, it wants /usr/sbin/nginx");
	c.local.port = 81;
	policy_explain(policy, &c.subject, why);
	assert_string_equal(why, "rule porttrace.policy:2 takes tcp/81, whoever it is");
	c.local.port = 82;
	policy_explain(policy, &c.subject, why);
	assert_string_equal(
		why, "user is www-data, rule porttrace.policy:3 alerts on tcp/82 user=!root");
	c.local.port = 83;
	policy_explain(policy, &c.subject, why);
	assert_string_equal(why, "no rule matches, and the default lets it through");
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_changed_is_told),
		cmocka_unit_test(why_it_is_not_the_file_is_told),
		cmocka_unit_test(each_fact_has_its_words),
		cmocka_unit_test(a_long_why_is_cut_and_says_so),
		cmocka_unit_test(each_verdict_can_be_explained),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
