// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "base/glob.h"

#include <time.h>

struct match {
	const char *pattern;
	const char *text;
	bool matches;
};

static void each_wildcard_takes_what_it_should(void **state)
{
	static const struct match table[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "nginx", "nginx", true },
		{ "nginx", "nginx2", false },
		{ "Nginx", "nginx", false },
		{ "*", "", true },
		{ "*", "python3", true },
		{ "*", "a/b", false },
		{ "**", "", true },
		{ "**", "a/b/c", true },
		{ "python3*", "python3.11", true },
		{ "*.py", "a.py", true },
		{ "*.py", "a.pyc", false },
		{ "a*b*c", "aXbXbXc", true },
		{ "a*b*c", "aXbXb", false },
		{ "?", "a", true },
		{ "?", "", false },
		{ "?", "/", false },
		{ "a?c", "abc", true },
		{ "/usr/*/bash", "/usr/bin/bash", true },
		{ "/usr/*/bash", "/usr/local/bin/bash", false },
		{ "/usr/**/bash", "/usr/local/bin/bash", true },
		{ "/tmp/**", "/tmp/x/y", true },
		{ "/tmp/**", "/tmp", false },
		{ "/tmp/**", "/tmpx/y", false },
		{ "**/bash", "/bin/bash", true },
		{ "**/b*h", "/b/c/bash", true },
		{ "memfd:*", "memfd:x", true },
		{ "a**", "a", true },
		{ "***", "a/b", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		if (glob_match(table[i].pattern, table[i].text) != table[i].matches)
			fail_msg("'%s' against '%s'", table[i].pattern, table[i].text);
}

static void a_backslash_quotes_where_it_is_asked_to(void **state)
{
	static const struct match table[] = {
		{ "a\\*b", "a*b", true },     { "a\\*b", "axb", false },
		{ "a\\?b", "a?b", true },     { "a\\?b", "axb", false },
		{ "a\\\\b", "a\\b", true },   { "\\*\\*", "**", true },
		{ "\\*\\*", "a/b", false },   { "*\\*", "ab*", true },
		{ "*\\*", "ab", false },      { "**\\*x", "a*/b*x", true },
		{ "/a\\*/*", "/a*/b", true }, { "\\**", "*abc", true },
		{ "\\**", "abc", false },     { "a\\", "a\\", true },
		{ "\\/", "/", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		if (glob_match_escaped(table[i].pattern, table[i].text) != table[i].matches)
			fail_msg("'%s' against '%s'", table[i].pattern, table[i].text);
	/* Names of units have backslashes of their own. */
	assert_true(glob_match("dev-a\\x2d*.mount", "dev-a\\x2db.mount"));
	assert_false(glob_match("a\\*b", "a*b"));
}

static void a_pattern_without_slash_is_held_against_the_last_part(void **state)
{
	(void)state;
	assert_true(glob_match_path("python3*", "/usr/bin/python3.11"));
	assert_true(glob_match_path("python3", "python3"));
	assert_false(glob_match_path("bin", "/usr/bin/python3"));
	assert_false(glob_match_path("/python3", "/usr/bin/python3"));
	assert_true(glob_match_path("/usr/**", "/usr/bin/python3"));
	assert_true(glob_match_path("**", "/usr/bin/python3"));
	assert_true(glob_match_path("", "/usr/bin/"));
}

/* What glob.h says, in the plainest words. */
static bool plain_match(const char *p, const char *t)
{
	bool any = p[0] == '*' && p[1] == '*';

	if (!*p)
		return !*t;
	if (*p != '*')
		return *t && (*p == *t || (*p == '?' && *t != '/')) && plain_match(p + 1, t + 1);
	for (;; t++) {
		if (plain_match(p + 1 + any, t))
			return true;
		if (!*t || (!any && *t == '/'))
			return false;
	}
}

/* The n-th string over an alphabet, shorter ones first; false beyond size. */
static bool nth_string(const char *alphabet, size_t n, char *out, size_t size)
{
	size_t base = strlen(alphabet), len = 0;

	for (; n; n = (n - 1) / base) {
		if (len + 1 == size)
			return false;
		out[len++] = alphabet[(n - 1) % base];
	}
	out[len] = '\0';
	return true;
}

static void all_short_patterns_agree_with_the_definition(void **state)
{
	char pattern[6], text[6];

	(void)state;
	for (size_t p = 0; nth_string("a/*?", p, pattern, sizeof(pattern)); p++)
		for (size_t t = 0; nth_string("ab/", t, text, sizeof(text)); t++)
			if (glob_match(pattern, text) != plain_match(pattern, text) ||
			    glob_match_escaped(pattern, text) != plain_match(pattern, text))
				fail_msg("'%s' against '%s'", pattern, text);
}

/* Text is a path, PATH_MAX at most; with backtracking by every star this would never end. */
static void patterns_of_many_stars_end_soon(void **state)
{
	static const char *const parts[] = { "*a", "**a", "*a**a", "*?", "**/*a" };
	char text[4096], pattern[256];
	clock_t start = clock();

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 0; i < COUNT(parts); i++) {
		pattern[0] = '\0';
		while (strlen(pattern) + 8 < sizeof(pattern))
			strcat(pattern, parts[i]);
		strcat(pattern, "b");
		assert_false(glob_match(pattern, text));
	}
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wildcard_takes_what_it_should),
		cmocka_unit_test(a_backslash_quotes_where_it_is_asked_to),
		cmocka_unit_test(a_pattern_without_slash_is_held_against_the_last_part),
		cmocka_unit_test(all_short_patterns_agree_with_the_definition),
		cmocka_unit_test(patterns_of_many_stars_end_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
