// SPDX-License-Identifier: GPL-2.0-only
/* Whoever is seen by chance: what was learnt gives no alert. */
#include "learning.h"

#define SUBJECTS 60
#define ROUNDS 400

/* --- anyone -------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t any_of(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A name of few letters, so that many are alike, and of what means something elsewhere. */
static const char *any_name(char *name, size_t size, const char *before)
{
	static const char *const parts[] = { "a",    "b",   "*",       "**",     "?",
					     "!",    ",",   " ",       "\"",     "\\",
					     "#",    "=",   "/",       "\n",     "[",
					     "\xff", "ü",   "deleted", "memfd:", "\xe2\x80\xae",
					     "\t",   "x0a", ":",       "1" };
	size_t n = any_of(4) + 1;

	snprintf(name, size, "%s", before);
	for (size_t i = 0; i < n; i++)
		strncat(name, parts[any_of(any_of(2) ? 2 : COUNT(parts))], size - strlen(name) - 1);
	return name;
}

static const char *any_container(struct someone *s)
{
	static const char *const containers[] = { "",
						  "",
						  "",
						  "lxc:web",
						  "lxc:a b",
						  "docker:3f2a9c0b7d5e3f2a9c0b",
						  "3f2a9c0b7d5e3f2a9c0b",
						  "containerd:0123456789abcdef" };
	uint32_t i = any_of(COUNT(containers) + 2);

	if (i < COUNT(containers))
		return containers[i];
	return i == COUNT(containers) ? NULL : any_name(s->container, sizeof(s->container), "lxc:");
}

static const char *any_unit(struct someone *s)
{
	static const char *const units[] = { NULL,
					     "",
					     "a.service",
					     "session-1.scope",
					     "run-1.service",
					     "user@0.service",
					     "a\\x2db.service",
					     "init.scope" };
	uint32_t i = any_of(COUNT(units) + 2);

	return i < COUNT(units) ? units[i] : any_name(s->unit, sizeof(s->unit), "u");
}

static void any_process(struct someone *s)
{
	struct policy_subject *subject = &s->subject;

	subject->standing = any_of(3) ? EXE_HOST : (enum exe_standing)any_of(5);
	subject->exe = any_of(12) ? any_name(s->exe, sizeof(s->exe), "/") : NULL;
	if (!subject->exe)
		subject->standing = EXE_UNKNOWN;
	if (subject->standing == EXE_MEMFD)
		subject->exe = any_name(s->exe, sizeof(s->exe), "/memfd:");
	subject->uid_known = any_of(8);
	subject->uid = any_of(3);
	subject->user = subject->uid_known && any_of(3) ? any_name(s->user, sizeof(s->user), "") :
							  NULL;
	subject->unit = any_unit(s);
	subject->container = any_container(s);
	s->seen.writable = subject->standing == EXE_HOST && !any_of(8);
}

static void anyone(struct someone *s)
{
	static const char *const addrs[] = {
		"0.0.0.0", "::",      "127.0.0.1",        "::1",         "10.0.0.1",
		"8.8.8.8", "fe80::1", "::ffff:127.0.0.1", "224.0.0.251", "ff02::fb"
	};
	static const char *const protos[] = { "tcp", "udp", "udplite", "mptcp", "sctp" };

	*s = (struct someone){ .local = bound_to(addrs[any_of(COUNT(addrs))], 0) };
	s->local.port = (uint16_t)(any_of(2) ? 80 + any_of(8) : 32768 + any_of(4000));
	s->subject = (struct policy_subject){
		.local = &s->local,
		.proto = protos[any_of(any_of(2) ? 2 : COUNT(protos))],
		.picked_known = any_of(8),
		.ephemeral_first = 32768,
		.ephemeral_last = 60999,
	};
	s->subject.picked = s->subject.picked_known && s->local.port >= 32768 && any_of(2);
	s->seen = (struct learn_seen){ .subject = &s->subject, .time_s = NOON + any_of(86400) };
	s->seen.nobody = !any_of(12);
	if (!s->seen.nobody)
		any_process(s);
}

/* --- what has to be so --------------------------------------------------------------- */

/* Nothing is wrong with it. */
static bool is_fine(const struct someone *s)
{
	return !s->seen.nobody && s->subject.standing == EXE_HOST && !s->seen.writable &&
	       s->subject.picked_known;
}

/* Whether it stands under REVIEW, by itself as well as among others. */
static bool is_for_review(const struct someone *s)
{
	struct learn *alone = learn_new(NULL);
	struct learn_counts counts;
	struct buf out = { 0 };

	assert_int_equal(learn_see(alone, &s->seen), 0);
	learn_put(alone, "test", &out, &counts);
	assert_int_equal(counts.rules + counts.reviews, 1);
	buf_free(&out);
	learn_free(alone);
	return counts.reviews;
}

static void replay(const struct someone *all, size_t n)
{
	struct policy *policy = parsed(learnt(NULL));

	for (size_t i = 0; i < n; i++) {
		bool review = is_for_review(&all[i]);

		if (review && is_fine(&all[i]))
			fail_msg("a fine one is under REVIEW: '%s'", rule_of(&all[i]));
		if (!review && judged(policy, &all[i]) != VERDICT_EXPECTED)
			fail_msg("number %zu of %zu is not let through: '%s'", i, n,
				 rule_of(&all[i]));
	}
	policy_free(policy);
}

/* The same in any order; and merged with itself it is all known. */
static void assert_settled(const struct someone *all, size_t n)
{
	char *text = strdup(learnt(NULL));
	struct someone *pointers[SUBJECTS];

	learn_free(learn);
	learn = learn_new(NULL);
	for (size_t i = n; i--;)
		see(&all[i]);
	assert_string_equal(learnt(NULL), text);
	for (size_t i = 0; i < n; i++)
		pointers[i] = (struct someone *)&all[i];
	assert_string_equal(merged(text, pointers, n), text);
	free(text);
}

static void assert_reviews_can_be_taken(void)
{
	char *text = strdup(learnt(NULL)), *at = text;
	struct policy_problems problems;
	struct policy *policy = NULL;

	while ((at = strstr(at, "\n#allow ")))
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	text_parse(&policy, text, &problems);
	assert_int_equal(problems.n_errors, 0);
	policy_problems_free(&problems);
	policy_free(policy);
	free(text);
}

static void what_was_learnt_gives_no_alert(void **state)
{
	static struct someone all[SUBJECTS];

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		size_t n = 1 + round % SUBJECTS;

		seed = round;
		learn_free(learn);
		learn = learn_new(NULL);
		for (size_t i = 0; i < n; i++) {
			anyone(&all[i]);
			see(&all[i]);
		}
		replay(all, n);
		assert_reviews_can_be_taken();
		assert_settled(all, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEARNT(what_was_learnt_gives_no_alert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
