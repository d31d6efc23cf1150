// SPDX-License-Identifier: GPL-2.0-only
/* Memory that lacks, once at each place: nothing leaks, and no policy is half of one. */
#include "policies.h"

/* The linker puts these before those of libc (UNIT_WRAP in tests/tests.mk). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);

static unsigned long fail_at; /* which allocation is refused; 0: none */
static unsigned long asked;

static bool refused(void)
{
	return ++asked == fail_at;
}

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);

void *__wrap_malloc(size_t size)
{
	return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return refused() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return refused() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return refused() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *text)
{
	return refused() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t n)
{
	return refused() ? NULL : __real_strndup(text, n);
}

static const struct text_file right_files[] = {
	{ "/p/porttrace.policy",
	  "include a\nrequire tcp/22,80-90 exe=/usr/**,\"/a b\",!/c user=0,root hook=h\n"
	  "allow udp/ephemeral on=10.0.0.0/8,!link exe=memfd:*,deleted,**/x\n"
	  "alert any/* unit=a,b container=c\nallow tcp/443 user=x group=y netns=7 iface=z\n"
	  "allow tcp/443 user=x group=y netns=7 iface=z on=loopback\ndefault alert:crit\n",
	  0 },
	{ "/p/a", "allow tcp/1-2000 user=\"q\\x2a\"*\n", 0 },
	{ 0 },
};

static const struct text_file wrong_files[] = {
	{ "/p/porttrace.policy",
	  "alow tcp/80 usr=x\nallow tcp/1 on=lo,1.2.3.4/99 exe=nginx\ninclude b\ninclude a\ndefault\n",
	  0 },
	{ "/p/a", "include porttrace.policy", 0 },
	{ 0 },
};

/* Whether it went as far as without a failure. */
static bool parse_once(const struct text_file *from, unsigned long at)
{
	struct policy_problems problems;
	struct policy *policy;
	int err;

	asked = 0;
	fail_at = at;
	err = files_parse(&policy, from, &problems);
	fail_at = 0;
	if (!err == !policy || (err && err != -ENOMEM && !problems.n_errors))
		fail_msg("allocation %lu: %d", at, err);
	if (from == wrong_files && !err)
		fail_msg("allocation %lu: a policy of what is none", at);
	/* A policy that could be made has all of its rules. */
	if (policy)
		assert_int_equal(policy_n_rules(policy), 6);
	policy_free(policy);
	policy_problems_free(&problems);
	return asked < at;
}

static void parse_until_all_went_well(const struct text_file *from)
{
	unsigned long at = 1;

	while (!parse_once(from, at))
		at++;
	assert_true(at > 50);
}

static void a_policy_is_whole_or_none(void **state)
{
	(void)state;
	parse_until_all_went_well(right_files);
}

static void mistakes_stay_mistakes(void **state)
{
	(void)state;
	parse_until_all_went_well(wrong_files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_whole_or_none),
		cmocka_unit_test(mistakes_stay_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
