// SPDX-License-Identifier: GPL-2.0-only
/* Each mistake in a policy, and where it is said to be. */
#include "policies.h"

struct wrong {
	const char *text;
	const char *said; /* NULL: nothing */
};

/* Lines, comments, and the bytes of a text. */
static const struct wrong in_bytes[] = {
	{ "", NULL },
	{ "# a comment\n\n  \t# another\n", NULL },
	{ "allow tcp/80 # behind a rule\n", NULL },
	{ "allow tcp/80 exe=/a#b\n", NULL },
	{ "allow tcp/80\r\n", NULL },
	{ "\xef\xbb\xbf"
	  "allow tcp/80",
	  NULL },
	{ "\n\xef\xbb\xbf"
	  "allow tcp/80",
	  ":2:1: error: this byte is no visible text" },
	{ "allow tcp/80 user=a\xe2\x80\x8b"
	  "b",
	  ":1:20: error: this byte is no visible text" },
	{ "allow tcp/80 exe=/a\xc2\xa0user=b", ":1:20: error: this byte is no visible text" },
	{ "allow tcp/80 user=\"a\\xe2\\x80\\x8b"
	  "b\"",
	  NULL },
	{ "allow tcp/80 exe=/a\033[2J", ":1:20: error: this byte is no visible text" },
	{ "allow tcp/80 exe=/a\xff", ":1:20: error: this byte is no visible text" },
	{ "allow tcp/80 exe=/\xc3\xa4 usr=a", ":1:21: error: unknown key 'usr'" },
};

/* Protocols and ports. */
static const struct wrong in_targets[] = {
	{ "allow tcp", NULL },
	{ "allow any", NULL },
	{ "allow any/*", NULL },
	{ "allow tcp/80,443,8000-8100,ephemeral", NULL },
	{ "allow", ":1:6: error: a protocol and ports belong behind the action" },
	{ "allow tpc/80", ":1:7: error: unknown protocol 'tpc' (tcp, udp, udplite, mptcp, "
			  "sctp, any): did you mean 'tcp'?" },
	{ "allow tcp/0", ":1:11: error: 0 is no port" },
	{ "allow tcp/65536", ":1:11: error: ports end at 65535" },
	{ "allow tcp/90-80", ":1:11: error: the range is the wrong way round" },
	{ "allow tcp/80,", ":1:14: error: a port is a number from 1 to 65535" },
	{ "allow tcp/", ":1:11: error: a port is a number from 1 to 65535" },
	{ "allow tcp/80,*", ":1:14: error: '*' is every port: it stands alone" },
	{ "allow tcp/!80", ":1:11: error: ports are not negated" },
	{ "allow tcp/ephemral", "did you mean 'ephemeral'?" },
};

/* The action, its severity, and what require asks for. */
static const struct wrong in_actions[] = {
	{ "alow tcp/80",
	  "/p/porttrace.policy:1:1: error: unknown action 'alow' (allow, require, ignore, alert, default, include): did you mean 'allow'?\n"
	  "    alow tcp/80\n"
	  "    ^~~~\n" },
	{ "alert:critical tcp/80",
	  ":1:7: error: unknown severity 'critical' (info, warning, crit)" },
	{ "alert:wraning tcp/80", "did you mean 'warning'?" },
	{ "allow:crit tcp/80", ":1:6: error: only alert has a severity" },
	{ "require tcp/*", ":1:9: error: require needs ports by number" },
	{ "require tcp", ":1:9: error: require needs ports by number" },
	{ "require tcp/22,ephemeral", ":1:9: error: require needs ports by number" },
};

/* Keys, lists and quotes. */
static const struct wrong in_keys[] = {
	{ "\n\tallow tcp/80 usr=a",
	  "/p/porttrace.policy:2:15: error: unknown key 'usr': did you mean 'user'?\n"
	  "     allow tcp/80 usr=a\n"
	  "                  ^~~\n" },
	{ "allow tcp/80 comm=sshd", ":1:14: error: there is no comm=, since anyone can" },
	{ "allow tcp/80 user", ":1:14: error: KEY=VALUE belongs here\n" },
	{ "allow tcp/80 user=", ":1:14: error: user= lacks its value\n" },
	{ "allow tcp/80 user=a user=b", ":1:21: error: a second user= in one rule" },
	{ "allow tcp/80 user=a,,b", ":1:21: error: a list has nothing between two commas" },
	{ "allow tcp/80 user=a,", ":1:21: error: a list has nothing between two commas" },
	{ "allow tcp/80 user=!", ":1:19: error: nothing stands behind '!'" },
	{ "allow tcp/80 user=!!a", ":1:20: error: one '!' negates" },
	{ "allow tcp/80 user=\"\"", ":1:19: error: an empty text matches nothing" },
	{ "allow tcp/80 user=99999999999", ":1:19: error: numbers end at 4294967295" },
	{ "allow tcp/80 exe=\"/a b", ":1:18: error: the quote is not closed" },
	{ "allow tcp/80 exe=\"/a\\q\"", ":1:21: error: in double quotes a backslash begins" },
	{ "allow tcp/80 exe=\"/a\\x4\"", ":1:21: error: in double quotes a backslash begins" },
	{ "allow tcp/80 exe=\"/a\\x00\"", "no text of a process or a path has a NUL" },
};

#define H16 "hook-of-16-bytes"

/* hook= */
static const struct wrong in_hooks[] = {
	{ "require tcp/22 hook=page", NULL },
	{ "alert tcp/22 hook=page_me-now.sh", NULL },
	{ "allow tcp/22 hook=page", ":1:14: error: a hook belongs to alert and require" },
	{ "alert tcp/22 hook=../x", ":1:19: error: a hook is the name of a file" },
	{ "alert tcp/22 hook=a/b", ":1:19: error: a hook is the name of a file" },
	{ "alert tcp/22 hook=..", ":1:19: error: a hook is the name of a file" },
	{ "alert tcp/22 hook=" H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16
	  "123456789012345",
	  NULL },
	{ "alert tcp/22 hook=" H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16,
	  ":1:19: error: a hook is the name of a file" },
	{ "alert tcp/22 hook=", ":1:14: error: a hook is the name of a file" },
};

/* on= */
static const struct wrong in_on[] = {
	{ "allow tcp/80 on=lopback",
	  ":1:17: error: unknown scope 'lopback': did you mean 'loopback'?" },
	{ "allow tcp/80 on=10.0.0.0/33", ":1:17: error: no scope and no address" },
	{ "allow tcp/80 on=10.0.0/8", ":1:17: error: no scope and no address" },
	{ "allow tcp/80 on=fd00::/129", ":1:17: error: no scope and no address" },
	{ "allow tcp/80 on=10.0.0.0/", ":1:17: error: no scope and no address" },
	{ "allow tcp/80 on=0.0.0.0", ":1:17: error: this is how a socket is bound to all" },
	{ "allow tcp/80 on=::", "did you mean 'any'?" },
	{ "allow tcp/80 on=*", "did you mean 'any'?" },
	{ "allow tcp/80 on=10.1.2.3/8",
	  ":1:17: warning: bits beyond the prefix count for nothing: it is 10.0.0.0/8" },
	{ "allow tcp/80 on=fd00::1/8", "it is fd00::/8" },
	{ "allow tcp/80 on=10.0.0.0/8,fd00::/8,0.0.0.0/0,::/0,::1,127.0.0.1,!link", NULL },
};

/* exe= and exe-deleted= */
static const struct wrong in_exe[] = {
	{ "allow tcp/80 exe=nginx", ":1:18: error: an executable is a whole path (/usr/sbin/nginx, "
				    "/opt/**), memfd:NAME or deleted: did you mean '**/nginx'?" },
	{ "allow tcp/80 exe=delted", "did you mean 'deleted'?" },
	{ "allow tcp/80 exe=deleted,memfd:*,/a/**,**/b", NULL },
	{ "allow tcp/80 exe-deleted=ok", ":1: warning: exe-deleted=ok says nothing without exe=" },
	{ "allow tcp/80 exe=/a exe-deleted=yes",
	  ":1:33: error: exe-deleted takes one word: did you mean 'ok'?" },
};

/* Lines that are no rule: default and include. */
static const struct wrong in_lines[] = {
	{ "default", ":1:1: error: default lacks its action" },
	{ "default alert:crit", NULL },
	{ "default ignore", NULL },
	{ "default require", ":1:9: error: default names no port" },
	{ "default alert tcp/80", ":1:15: error: default takes an action alone" },
	{ "default allow\ndefault allow",
	  ":2:1: error: a second default: the first is porttrace.policy:1" },
	{ "include", ":1:1: error: include lacks its files" },
	{ "include a b", ":1:11: error: include takes one pattern" },
	{ "include policy.d/*.policy", ":1:9: warning: no file matches: nothing is included" },
	{ "include porttrace.policy",
	  ":1:9: error: the include loops: /p/porttrace.policy is being read already" },
};

static void expect_said(const struct wrong *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *what = said_of(rows[i].text);

		if (!rows[i].said ? *what != '\0' : !strstr(what, rows[i].said))
			fail_msg("\"%s\": \"%s\"", rows[i].text, what);
	}
}

static void each_mistake_is_told_where_it_is(void **state)
{
	(void)state;
	expect_said(in_bytes, COUNT(in_bytes));
	expect_said(in_targets, COUNT(in_targets));
	expect_said(in_actions, COUNT(in_actions));
	expect_said(in_keys, COUNT(in_keys));
	expect_said(in_hooks, COUNT(in_hooks));
	expect_said(in_on, COUNT(in_on));
	expect_said(in_exe, COUNT(in_exe));
	expect_said(in_lines, COUNT(in_lines));
}

static void all_mistakes_are_told_at_once(void **state)
{
	const char *what = said_of("alow tcp/80 usr=a exe=b\n"
				   "allow tpc/99999 hook=x\n"
				   "default sometimes\n");

	(void)state;
	assert_contains(what, ":1:1: error");
	assert_contains(what, ":1:13: error");
	assert_contains(what, ":1:23: error");
	assert_contains(what, ":2:7: error");
	assert_contains(what, ":2:11: error");
	assert_contains(what, ":2:17: error");
	assert_contains(what, ":3:9: error");
}

static void bounds_are_told(void **state)
{
	struct buf text = { 0 };

	(void)state;
	buf_fill(&text, 'x', POLICY_LINE_MAX + 1);
	assert_contains(said_of(text_of(&text)), ":1: error: the line has more than 16384 bytes");
	buf_clear(&text);
	buf_puts(&text, "allow tcp/80 user=u");
	for (int i = 0; i < POLICY_LIST_MAX; i++)
		buf_puts(&text, ",u");
	assert_contains(said_of(text_of(&text)), ":1:19: error: more than 256 elements in a list");
	buf_clear(&text);
	buf_puts(&text, "allow tcp/1");
	for (int i = 0; i < POLICY_LIST_MAX; i++)
		buf_puts(&text, ",2");
	assert_contains(said_of(text_of(&text)), ":1:11: error: more than 256 ports in a list");
	buf_clear(&text);
	for (int i = 0; i < POLICY_PROBLEMS_MAX + 5; i++)
		buf_puts(&text, "default\n");
	assert_contains(said_of(text_of(&text)), "\n5 more problems are not shown\n");
	buf_free(&text);
}

static void too_many_rules_are_told_once(void **state)
{
	struct buf text = { 0 };
	const char *what;

	(void)state;
	for (int i = 0; i < POLICY_RULES_MAX + 3; i++)
		buf_puts(&text, "allow any\n");
	what = said_of(text_of(&text));
	assert_string_equal(what,
			    "/p/porttrace.policy:100001: error: more than 100000 rules in all\n");
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_told_where_it_is),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(bounds_are_told),
		cmocka_unit_test(too_many_rules_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
