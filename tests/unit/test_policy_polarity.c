// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is not known never lets through and never spares, shown without the
 * matcher's own logic: whatever a fact turns out to be, the verdict without it
 * was no kinder. Policies and subjects by chance.
 */
#include "random_policy.h"

#include "policy/internal.h"

#define POLICIES 10000
#define TRIES 12

static enum verdict_kind kind_of(const struct policy *policy, const struct case_of *c)
{
	struct judgement out;

	policy_judge(policy, &c->subject, &out);
	return out.verdict.kind;
}

/* What lets through, or what alerts, by one rule of random keys; the default is the other thing. */
static struct policy *a_policy_of(struct chance *chance, bool alerts)
{
	struct buf text = { 0 }, whole = { 0 };
	struct policy *policy;
	char *space;

	put_rule(chance, &text);
	buf_putc(&text, '\0');
	space = strchr(text.data, ' ');
	assert_non_null(space);
	buf_puts(&whole, alerts ? "alert" : "allow");
	buf_puts(&whole, space);
	buf_puts(&whole, alerts ? "default allow\n" : "default alert\n");
	policy = a_policy(text_of(&whole));
	buf_free(&text);
	buf_free(&whole);
	return policy;
}

/* One that goes with the path, and with whether it is deleted. */
static enum exe_standing a_standing(struct chance *chance, const struct policy_subject *s)
{
	bool memfd = !strncmp(s->exe + (*s->exe == '/'), "memfd:", 6);

	switch (chance_below(chance, 4)) {
	case 0:
		return s->deleted ? EXE_DELETED : EXE_HOST;
	case 1:
		return memfd ? EXE_MEMFD : EXE_OTHER;
	case 2:
		return EXE_DELETED;
	default:
		return EXE_OTHER;
	}
}

/* Each fact that is not known becomes one that is possible. */
static void find_out(struct chance *chance, struct case_of *c)
{
	static const char *const texts[] = { "root",    "dev",  "a.service", "docker:abc",
					     "lxc:web", "host", "blue",      "eth0",
					     "lo",      "7",    "zz",        "" };
	static const uint32_t numbers[] = { 0, 33, 1000, 7, 8 };
	struct policy_subject *s = &c->subject;

	if (!s->picked_known && !s->ephemeral_first) {
		s->picked_known = true;
		s->picked = chance_below(chance, 2);
	}
	if (!s->exe) {
		static const char *const exes[] = { "/usr/bin/a", "/usr/bin/b", "/opt/x/a",
						    "/tmp/x",     "memfd:x",    "/zz" };

		s->exe = ONE_OF(chance, exes);
	}
	if (s->standing == EXE_UNKNOWN && *s->exe)
		s->standing = a_standing(chance, s);
	s->deleted |= s->standing == EXE_DELETED;
	if (!s->uid_known) {
		s->uid_known = true;
		s->uid = ONE_OF(chance, numbers);
	}
	if (!s->user)
		s->user = ONE_OF(chance, texts);
	if (!s->gid_known) {
		s->gid_known = true;
		s->gid = ONE_OF(chance, numbers);
	}
	if (!s->groups || !s->group_ids) {
		bool names = !s->groups, ids = !s->group_ids;

		for (size_t i = 0; i < COUNT(c->groups); i++) {
			if (names)
				c->groups[i] = ONE_OF(chance, texts);
			if (ids)
				c->gids[i] = ONE_OF(chance, numbers);
		}
		if (names && ids)
			s->n_groups = chance_below(chance, COUNT(c->groups));
		s->groups = c->groups;
		s->group_ids = c->gids;
	}
	if (!s->unit)
		s->unit = ONE_OF(chance, texts);
	if (!s->container)
		s->container = ONE_OF(chance, texts);
	if (!s->netns)
		s->netns = ONE_OF(chance, texts);
	if (!s->netns_inode)
		s->netns_inode = 1 + ONE_OF(chance, numbers);
	if (!s->iface)
		s->iface = ONE_OF(chance, texts);
}

static struct case_of copy_of(const struct case_of *c)
{
	struct case_of copy = *c;

	copy.subject.local = &copy.local;
	return copy;
}

static void point_at(struct case_of *copy, const struct case_of *c)
{
	copy->subject.local = &copy->local;
	if (c->subject.groups)
		copy->subject.groups = copy->groups;
	if (c->subject.group_ids)
		copy->subject.group_ids = copy->gids;
}

static void try_one(struct chance *chance, bool alerts)
{
	struct policy *policy = a_policy_of(chance, alerts);
	struct case_of c, known;
	enum verdict_kind before;

	a_random_case(chance, &c);
	c.subject.deleted &= c.subject.standing != EXE_HOST;
	c.subject.deleted |= c.subject.standing == EXE_DELETED;
	before = kind_of(policy, &c);
	for (int i = 0; before == VERDICT_EXPECTED && i < TRIES; i++) {
		known = copy_of(&c);
		point_at(&known, &c);
		find_out(chance, &known);
		if (kind_of(policy, &known) != VERDICT_EXPECTED)
			fail_msg("%s: let through before all was known, and not after",
				 policy->rules[0].text);
	}
	policy_free(policy);
}

static void nothing_gets_through_by_what_is_not_known(void **state)
{
	struct chance chance = { 1 };

	(void)state;
	for (int i = 0; i < POLICIES; i++)
		try_one(&chance, false);
}

static void nothing_is_spared_by_what_is_not_known(void **state)
{
	struct chance chance = { 2 };

	(void)state;
	for (int i = 0; i < POLICIES; i++)
		try_one(&chance, true);
}

/* --- an executable that is not the host's ------------------------------------------------- */

/* Whatever the rule asks of the path: what is another file is let through by no plain path. */
static void no_fake_gets_through(void **state)
{
	struct chance chance = { 3 };

	(void)state;
	for (int i = 0; i < POLICIES; i++) {
		struct policy *policy = a_policy_of(&chance, false);
		const struct rule *rule = &policy->rules[0];
		bool plain = false;
		struct case_of c;

		a_random_case(&chance, &c);
		c.subject.standing = EXE_OTHER;
		c.subject.deleted = false;
		for (size_t j = 0; j < rule->n_criteria; j++)
			plain |= rule->criteria[j].key == KEY_EXE && rule->criteria[j].has_positive;
		if (plain && kind_of(policy, &c) == VERDICT_EXPECTED)
			fail_msg("%s: lets through what is not the host's", rule->text);
		policy_free(policy);
	}
}

/* And no alert by path is evaded by it. */
static void no_fake_is_spared(void **state)
{
	struct chance chance = { 4 };

	(void)state;
	for (int i = 0; i < POLICIES; i++) {
		struct policy *policy = a_policy_of(&chance, true);
		struct case_of c;

		a_random_case(&chance, &c);
		c.subject.standing = EXE_HOST;
		c.subject.deleted = false;
		if (c.subject.exe && kind_of(policy, &c) == VERDICT_UNEXPECTED) {
			c.subject.standing = EXE_OTHER;
			if (kind_of(policy, &c) != VERDICT_UNEXPECTED)
				fail_msg("%s: spares %s when it is not the host's",
					 policy->rules[0].text, c.subject.exe);
		}
		policy_free(policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_gets_through_by_what_is_not_known),
		cmocka_unit_test(nothing_is_spared_by_what_is_not_known),
		cmocka_unit_test(no_fake_gets_through),
		cmocka_unit_test(no_fake_is_spared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
