// SPDX-License-Identifier: GPL-2.0-only
/* The files of a policy. */
#include "policies.h"

static void includes_are_read_where_they_stand(void **state)
{
	static const struct text_file files[] = {
		{ "/p/porttrace.policy", "allow tcp/1\ninclude policy.d/*.policy\nallow tcp/2\n",
		  0 },
		{ "/p/policy.d/b.policy", "allow tcp/20\n", 0 },
		{ "/p/policy.d/a.policy", "include sub/x\nallow tcp/10\n", 0 },
		{ "/p/policy.d/sub/x", "include /other/y\n", 0 },
		{ "/other/y", "default allow\nallow tcp/99", 0 },
		{ "/p/policy.d/c.txt", "nonsense", 0 },
		{ 0 },
	};
	static const char *const places[] = { "porttrace.policy:1", "/other/y:2",
					      "policy.d/a.policy:2", "policy.d/b.policy:1",
					      "porttrace.policy:3" };
	struct policy_problems problems;
	struct policy *policy;

	(void)state;
	assert_int_equal(files_parse(&policy, files, &problems), 0);
	assert_int_equal(problems.n, 0);
	assert_int_equal(policy_n_rules(policy), COUNT(places));
	for (size_t i = 0; i < COUNT(places); i++)
		assert_string_equal(policy->rules[i].place, places[i]);
	policy_free(policy);
	policy_problems_free(&problems);
}

static void an_include_does_not_loop(void **state)
{
	/* b is a by another name. */
	static const struct text_file files[] = {
		{ "/p/porttrace.policy", "include a\ninclude c\n", 1 },
		{ "/p/a", "include ../q/b\nalow", 2 },
		{ "/p/../q/b", "include a", 2 },
		{ "/p/c", "include d\n", 4 },
		{ "/p/d", "include c\n", 5 },
		{ 0 },
	};
	struct policy_problems problems;
	struct policy *policy;

	(void)state;
	assert_int_equal(files_parse(&policy, files, &problems), -EINVAL);
	assert_int_equal(problems.n, 3 + 1); /* "alow" lacks its protocol, too */
	assert_string_equal(problems.all[0].file, "/p/a");
	assert_contains(problems.all[0].message, "the include loops");
	assert_string_equal(problems.all[3].file, "/p/d");
	assert_contains(problems.all[3].message, "the include loops");
	policy_problems_free(&problems);
}

static void a_file_is_read_once(void **state)
{
	static const struct text_file files[] = {
		{ "/p/porttrace.policy", "include a\ninclude b\n", 1 },
		{ "/p/a", "allow tcp/1", 2 },
		{ "/p/b", "allow tcp/1", 2 },
		{ 0 },
	};
	struct policy_problems problems;
	struct policy *policy;

	(void)state;
	assert_int_equal(files_parse(&policy, files, &problems), 0);
	assert_int_equal(policy_n_rules(policy), 1);
	assert_int_equal(problems.n, 1);
	assert_contains(problems.all[0].message, "is included already");
	policy_free(policy);
	policy_problems_free(&problems);
}

static void includes_are_not_endlessly_deep(void **state)
{
	struct text_file files[POLICY_DEPTH_MAX + 3] = { 0 };
	char paths[POLICY_DEPTH_MAX + 3][16], texts[POLICY_DEPTH_MAX + 3][32];
	struct policy_problems problems;
	struct policy *policy;

	(void)state;
	for (size_t i = 0; i < POLICY_DEPTH_MAX + 2; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/p/%zu", i);
		snprintf(texts[i], sizeof(texts[i]), "include %zu", i + 1);
		files[i] = (struct text_file){ paths[i], texts[i], i + 1 };
	}
	assert_int_equal(files_parse(&policy, files, &problems), -EINVAL);
	assert_int_equal(problems.n, 1);
	assert_contains(problems.all[0].message, "includes are more than 16 deep");
	policy_problems_free(&problems);
	files[POLICY_DEPTH_MAX].text = "allow tcp/1";
	assert_int_equal(files_parse(&policy, files, &problems), 0);
	policy_free(policy);
	policy_problems_free(&problems);
}

static void too_many_files_are_told(void **state)
{
	struct text_file *files = calloc(POLICY_FILES_MAX + 4, sizeof(*files));
	char(*paths)[16] = calloc(POLICY_FILES_MAX + 3, sizeof(*paths));
	struct policy_problems problems;
	struct buf text = { 0 };
	struct policy *policy;

	(void)state;
	for (unsigned int i = 1; i <= POLICY_FILES_MAX + 2; i++) {
		char line[32];

		snprintf(paths[i], sizeof(paths[i]), "/p/f%u", i);
		snprintf(line, sizeof(line), "include f%u\n", i);
		buf_puts(&text, line);
		files[i] = (struct text_file){ paths[i], "# nothing", i + 1 };
	}
	files[0] = (struct text_file){ "/p/porttrace.policy", text_of(&text), 1 };
	assert_int_equal(files_parse(&policy, files, &problems), -EINVAL);
	assert_int_equal(problems.n, 1); /* once, and not for each of them */
	assert_int_equal(problems.all[0].line, POLICY_FILES_MAX);
	assert_string_equal(problems.all[0].message, "more than 1000 files");
	policy_problems_free(&problems);
	buf_free(&text);
	free(paths);
	free(files);
}

static int expand_denied(void *arg, const char *pattern, char ***paths, size_t *n)
{
	(void)arg;
	(void)pattern;
	(void)paths;
	(void)n;
	return -EACCES;
}

static void an_include_that_cannot_be_looked_for_is_an_error(void **state)
{
	static const struct text_file files[] = { { "/p", "include a/*\n", 0 }, { 0 } };
	const struct policy_files from = { text_read, expand_denied, (void *)(uintptr_t)files };
	struct policy_problems problems = { 0 };
	struct policy *policy;

	(void)state;
	assert_int_equal(policy_parse(&policy, "/p", &from, &problems), -EINVAL);
	assert_string_equal(problems.all[0].message, "/a/*: Permission denied");
	policy_problems_free(&problems);
}

static void a_file_that_cannot_be_read_is_an_error(void **state)
{
	static const struct text_file files[] = { { "/p/other", "", 0 }, { 0 } };
	const struct policy_files from = { text_read, text_expand, (void *)(uintptr_t)files };
	struct policy_problems problems = { 0 };
	struct policy *policy;
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(policy_parse(&policy, "/p/x", &from, &problems), -EINVAL);
	policy_problems_put(&problems, &b);
	assert_text(&b, "/p/x: error: No such file or directory\n");
	buf_free(&b);
	policy_problems_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(includes_are_read_where_they_stand),
		cmocka_unit_test(an_include_does_not_loop),
		cmocka_unit_test(a_file_is_read_once),
		cmocka_unit_test(includes_are_not_endlessly_deep),
		cmocka_unit_test(too_many_files_are_told),
		cmocka_unit_test(an_include_that_cannot_be_looked_for_is_an_error),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
