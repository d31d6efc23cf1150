// SPDX-License-Identifier: GPL-2.0-only
/* By chance: POLICY_SEED=N runs what began with that seed again. */
#include "random_policy.h"

#include <time.h>

#define POLICIES 3000
#define CASES 60 /* of each policy */
#define RULES_MAX 60

static uint64_t seed;

static const char *judged(const struct policy *policy, const struct case_of *c,
			  struct judgement *out)
{
	static char text[POLICY_WHY_MAX + 256];

	policy_judge(policy, &c->subject, out);
	snprintf(text, sizeof(text), "%s %s %d %s", verdict_name(out->verdict.kind),
		 out->verdict.rule, out->verdict.changed,
		 out->verdict.why ? out->verdict.why : "(null)");
	return text;
}

/* What policy_judge() is to say, from all rules one after the other. */
static const char *judged_in_order(const struct policy *policy, const struct case_of *c)
{
	static char text[POLICY_WHY_MAX + 256];
	const struct rule *rule = plain_first(policy, &c->subject);
	enum action action = rule ? rule->action : policy->default_action;
	char why[POLICY_WHY_MAX] = "(null)";
	struct nearest nearest = { 0 };
	struct view view;
	bool changed;

	view_init(&view, &c->subject);
	for (size_t i = 0; action == ACTION_ALERT && i < policy->n_rules; i++)
		nearest_consider(&nearest, &policy->rules[i], &view);
	changed = nearest.rule && nearest.differ && nearest.known;
	if (changed || (nearest.rule && nearest.differ && !rule))
		explain_nearest(&nearest, &view, why);
	else if (action == ACTION_ALERT)
		explain_alert(rule, &view, why);
	snprintf(text, sizeof(text), "%s %s %d %s",
		 action == ACTION_ALERT  ? "unexpected" :
		 action == ACTION_IGNORE ? "ignored" :
					   "expected",
		 rule ? rule->place : "default", changed, why);
	return text;
}

static struct policy *random_policy(struct chance *chance, struct buf *text,
				    struct policy_problems *problems)
{
	struct policy *policy;

	buf_clear(text);
	put_policy(chance, text, RULES_MAX);
	if (text_parse(&policy, text_of(text), problems)) {
		struct buf wrong = { 0 };

		policy_problems_put(problems, &wrong);
		fail_msg("seed %llu: %s", (unsigned long long)seed, text_of(&wrong));
	}
	return policy;
}

static void it_is_as_if_the_rules_were_read_in_order(void **state)
{
	struct chance chance = { seed };
	unsigned int kinds[3] = { 0 }, changed = 0;
	struct buf text = { 0 };

	(void)state;
	for (int i = 0; i < POLICIES; i++) {
		struct policy_problems problems;
		struct policy *policy = random_policy(&chance, &text, &problems);

		for (int j = 0; j < CASES; j++) {
			struct judgement got;
			struct case_of c;

			a_random_case(&chance, &c);
			if (strcmp(judged(policy, &c, &got), judged_in_order(policy, &c)) != 0)
				fail_msg("seed %llu: \"%s\" and not \"%s\" by\n%s",
					 (unsigned long long)seed, judged(policy, &c, &got),
					 judged_in_order(policy, &c), text_of(&text));
			kinds[got.verdict.kind]++;
			changed += got.verdict.changed;
		}
		policy_problems_free(&problems);
		policy_free(policy);
	}
	/* All of it came up. */
	assert_true(kinds[VERDICT_EXPECTED] > 1000 && kinds[VERDICT_IGNORED] > 1000 &&
		    kinds[VERDICT_UNEXPECTED] > 1000 && changed > 1000);
	buf_free(&text);
}

static void a_rule_said_never_to_decide_never_does(void **state)
{
	struct chance chance = { seed + 1 };
	struct buf text = { 0 };
	size_t told = 0;

	(void)state;
	for (int i = 0; i < POLICIES; i++) {
		struct policy_problems problems;
		struct policy *policy = random_policy(&chance, &text, &problems);

		for (int j = 0; j < CASES; j++) {
			const struct rule *rule;
			struct case_of c;

			a_random_case(&chance, &c);
			rule = plain_first(policy, &c.subject);
			for (size_t k = 0; rule && k < problems.n; k++)
				if (problems.all[k].line == rule->line &&
				    strstr(problems.all[k].message, "never decides"))
					fail_msg("seed %llu: line %u decides: %s",
						 (unsigned long long)seed, rule->line,
						 text_of(&text));
		}
		told += problems.n;
		policy_problems_free(&problems);
		policy_free(policy);
	}
	assert_true(told > 1000);
	buf_free(&text);
}

/* What is said of a policy that has no error. */
static const char *warned(const char *text)
{
	const char *what = said_of(text);

	assert_null(strstr(what, ": error: "));
	return what;
}

static void shadowed_rules_are_told(void **state)
{
	static const char *const shadowed[] = {
		"allow tcp/80\nallow tcp/80",
		"allow tcp\nallow tcp/80 user=root",
		"allow any/*\nignore udp/ephemeral",
		"alert tcp/1-1024\nallow tcp/22,80-90",
		"allow tcp/80 user=www-*\nallow tcp/80 user=www-data unit=a",
		"allow tcp/80 exe=/usr/**\nallow tcp/80 exe=/usr/sbin/nginx",
		"allow tcp/80 exe=/a,/usr/**\nallow tcp/80 exe=/usr/**,/a",
		"allow tcp/80 on=10.0.0.0/8\nallow tcp/80 on=10.1.0.0/16",
		"allow tcp/80 on=fd00::/8\nallow tcp/80 on=fd12:3456::/32",
		"allow tcp/80 exe=!/a\nallow tcp/80 exe=!/a unit=b",
		"allow tcp/80 user=33\nallow tcp/80 user=33",
		"alert tcp/80 exe=memfd:*\nalert tcp/80 exe=memfd:x",
		"alert tcp/80 exe=deleted\nalert tcp/80 exe=deleted",
		"allow tcp/80\nalert tcp/80 exe=/tmp/**",
		"allow tcp/80\nallow mptcp/80",
	};
	static const char *const not_shadowed[] = {
		"allow tcp/80 user=a\nallow tcp/80",
		"allow tcp/80\nallow tcp/80-81",
		"allow tcp/80\nallow udp/80",
		"allow mptcp/80\nallow tcp/80",
		"allow tcp/1-1024\nallow tcp/80,ephemeral",
		"allow tcp/80 user=a\nallow tcp/80 user=a,b",
		"allow tcp/80 user=a\nallow tcp/80 user=!a",
		"allow tcp/80 exe=/usr/*\nallow tcp/80 exe=/usr/**",
		"allow tcp/80 on=10.1.0.0/16\nallow tcp/80 on=10.0.0.0/8",
		/* What is not known is let through by none, and alerts. */
		"allow tcp/80 user=a\nalert tcp/80 user=a",
		"allow tcp/ephemeral\nalert tcp/ephemeral",
		"allow tcp/80 exe=/a\nallow tcp/80 exe=/a exe-deleted=ok",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(shadowed); i++)
		if (!strstr(warned(shadowed[i]),
			    "porttrace.policy:2:1: warning: the rule never "
			    "decides: porttrace.policy:1 matches all that it does"))
			fail_msg("\"%s\": \"%s\"", shadowed[i], warned(shadowed[i]));
	for (size_t i = 0; i < COUNT(not_shadowed); i++)
		if (*warned(not_shadowed[i]))
			fail_msg("\"%s\": \"%s\"", not_shadowed[i], warned(not_shadowed[i]));
	assert_contains(
		warned("allow tcp/22\n  require tcp/22 exe=/a # x\n"),
		":2:3: warning: the rule never decides: porttrace.policy:1 matches all that it does "
		"(its ports are required all the same)\n"
		"      require tcp/22 exe=/a # x\n"
		"      ^~~~~~~~~~~~~~~~~~~~~\n");
}

/* "why" looks at the first 256 that name the number, and no further. */
static void many_rules_for_one_number_are_looked_at_up_to_a_bound(void **state)
{
	struct buf text = { 0 };
	struct policy *policy;
	struct judgement got;
	struct case_of c;

	(void)state;
	for (int i = 0; i < 300; i++) {
		char line[96];

		snprintf(line, sizeof(line), "allow tcp/80 exe=/bin/%d user=x%s\n", i,
			 i == 250 ? "" : " unit=u");
		buf_puts(&text, line);
	}
	policy = a_policy(text_of(&text));
	a_case(&c, "0.0.0.0", 80);
	policy_judge(policy, &c.subject, &got);
	assert_contains(got.verdict.why, "rule porttrace.policy:251 wants");
	policy_free(policy);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_as_if_the_rules_were_read_in_order),
		cmocka_unit_test(a_rule_said_never_to_decide_never_does),
		cmocka_unit_test(shadowed_rules_are_told),
		cmocka_unit_test(many_rules_for_one_number_are_looked_at_up_to_a_bound),
	};
	const char *given = getenv("POLICY_SEED");

	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
