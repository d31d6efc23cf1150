/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy of a few words judges a subject. */
#ifndef UNIT_JUDGING_H
#define UNIT_JUDGING_H

#include "policies.h"

static inline struct judgement judge(const char *text, const struct case_of *c)
{
	static struct judgement out;
	static struct policy *policy;

	policy_free(policy); /* the one before: the texts of its verdict were looked at */
	policy = NULL;
	if (text)
		policy = a_policy(text);
	if (policy)
		policy_judge(policy, &c->subject, &out);
	return out;
}

/* Whether "allow" with these keys lets it through, and "alert" with them alerts. */
static inline void check(const char *keys, const struct case_of *c, enum truth truth,
			 const char *file, int line)
{
	char text[512];
	struct judgement got;

	snprintf(text, sizeof(text), "allow tcp %s\ndefault alert", keys);
	got = judge(text, c);
	if ((got.verdict.kind == VERDICT_EXPECTED) != (truth == TRUTH_YES))
		fail_msg("%s:%d: allow with %s: %s", file, line, keys,
			 verdict_name(got.verdict.kind));
	snprintf(text, sizeof(text), "alert:crit tcp %s\ndefault allow", keys);
	got = judge(text, c);
	if ((got.verdict.kind == VERDICT_UNEXPECTED) != (truth != TRUTH_NO))
		fail_msg("%s:%d: alert with %s: %s", file, line, keys,
			 verdict_name(got.verdict.kind));
}

#define assert_truth(keys, c, truth) check(keys, c, truth, __FILE__, __LINE__)
#define assert_yes(keys, c) assert_truth(keys, c, TRUTH_YES)
#define assert_no(keys, c) assert_truth(keys, c, TRUTH_NO)
#define assert_maybe(keys, c) assert_truth(keys, c, TRUTH_MAYBE)

/* At the end of a group: the policy that judged last. */
static inline int let_go(void **state)
{
	(void)state;
	judge(NULL, NULL);
	return 0;
}

#endif
