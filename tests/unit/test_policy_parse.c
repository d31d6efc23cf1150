// SPDX-License-Identifier: GPL-2.0-only
#include "policies.h"

/* What is said of a policy, without its first line's path. */
static const char *said(const char *text)
{
	static char out[1 << 20];
	struct policy_problems problems;
	struct policy *policy;
	struct buf b = { 0 };
	int err = text_parse(&policy, text, &problems);

	assert_int_equal(err, problems.n_errors ? -EINVAL : 0);
	assert_int_equal(!policy, !!err);
	policy_problems_put(&problems, &b);
	snprintf(out, sizeof(out), "%s", text_of(&b));
	buf_free(&b);
	policy_problems_free(&problems);
	policy_free(policy);
	return out;
}

static void the_contracts_example_is_a_policy(void **state)
{
	struct policy *policy = a_policy(
		"require tcp/22            on=any exe=/usr/sbin/sshd\n"
		"allow   tcp/80,443        exe=/usr/sbin/nginx unit=nginx.service\n"
		"allow   tcp/5432          on=loopback exe=/usr/lib/postgresql/*/bin/postgres user=postgres\n"
		"ignore  tcp/1024-65535    on=loopback group=developers\n"
		"alert:crit any/*          exe=memfd:*,/tmp/**,/dev/shm/**\n"
		"default alert:warning\n");

	(void)state;
	assert_int_equal(policy_n_rules(policy), 5);
	assert_string_equal(policy->rules[1].place, "porttrace.policy:2");
	assert_string_equal(policy->rules[1].text,
			    "allow   tcp/80,443        exe=/usr/sbin/nginx unit=nginx.service");
	assert_true(policy_asks(policy, "group"));
	assert_false(policy_asks(policy, "iface"));
	assert_false(policy_asks(policy, "ephemeral"));
	assert_int_equal(policy_default_severity(policy), SEVERITY_WARNING);
	policy_free(policy);
}

struct wrong {
	const char *text;
	const char *said; /* NULL: nothing */
};

#define H16 "hook-of-16-bytes"

static void each_mistake_is_told_where_it_is(void **state)
{
	static const struct wrong table[] = {
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
		{ "allow tcp/80 exe=/a\xc2\xa0user=b",
		  ":1:20: error: this byte is no visible text" },
		{ "allow tcp/80 user=\"a\\xe2\\x80\\x8b"
		  "b\"",
		  NULL },
		{ "allow tcp", NULL },
		{ "allow any", NULL },
		{ "allow any/*", NULL },
		{ "allow tcp/80,443,8000-8100,ephemeral", NULL },
		{ "alow tcp/80",
		  "/p/porttrace.policy:1:1: error: unknown action 'alow' (allow, require, ignore, alert, default, include): did you mean 'allow'?\n"
		  "    alow tcp/80\n"
		  "    ^~~~\n" },
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
		{ "alert:critical tcp/80",
		  ":1:7: error: unknown severity 'critical' (info, warning, crit)" },
		{ "alert:wraning tcp/80", "did you mean 'warning'?" },
		{ "allow:crit tcp/80", ":1:6: error: only alert has a severity" },
		{ "require tcp/*", ":1:9: error: require needs ports by number" },
		{ "require tcp", ":1:9: error: require needs ports by number" },
		{ "require tcp/22,ephemeral", ":1:9: error: require needs ports by number" },
		{ "require tcp/22 hook=page", NULL },
		{ "alert tcp/22 hook=page_me-now.sh", NULL },
		{ "allow tcp/22 hook=page", ":1:14: error: a hook belongs to alert and require" },
		{ "alert tcp/22 hook=../x", ":1:19: error: a hook is the name of a file" },
		{ "alert tcp/22 hook=a/b", ":1:19: error: a hook is the name of a file" },
		{ "alert tcp/22 hook=..", ":1:19: error: a hook is the name of a file" },
		{ "alert tcp/22 hook=" H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16
		  "123456789012345",
		  NULL },
		{ "alert tcp/22 hook=" H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16 H16
			  H16,
		  ":1:19: error: a hook is the name of a file" },
		{ "alert tcp/22 hook=", ":1:14: error: a hook is the name of a file" },
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
		{ "allow tcp/80 exe=nginx",
		  ":1:18: error: an executable is a whole path (/usr/sbin/nginx, "
		  "/opt/**), memfd:NAME or deleted: did you mean '**/nginx'?" },
		{ "allow tcp/80 exe=delted", "did you mean 'deleted'?" },
		{ "allow tcp/80 exe=deleted,memfd:*,/a/**,**/b", NULL },
		{ "allow tcp/80 exe-deleted=ok",
		  ":1: warning: exe-deleted=ok says nothing without exe=" },
		{ "allow tcp/80 exe=/a exe-deleted=yes",
		  ":1:33: error: exe-deleted takes one word: did you mean 'ok'?" },
		{ "allow tcp/80 exe=\"/a b", ":1:18: error: the quote is not closed" },
		{ "allow tcp/80 exe=\"/a\\q\"",
		  ":1:21: error: in double quotes a backslash begins" },
		{ "allow tcp/80 exe=\"/a\\x4\"",
		  ":1:21: error: in double quotes a backslash begins" },
		{ "allow tcp/80 exe=\"/a\\x00\"", "no text of a process or a path has a NUL" },
		{ "allow tcp/80 exe=/a\033[2J", ":1:20: error: this byte is no visible text" },
		{ "allow tcp/80 exe=/a\xff", ":1:20: error: this byte is no visible text" },
		{ "allow tcp/80 exe=/\xc3\xa4 usr=a", ":1:21: error: unknown key 'usr'" },
		{ "default", ":1:1: error: default lacks its action" },
		{ "default alert:crit", NULL },
		{ "default ignore", NULL },
		{ "default require", ":1:9: error: default names no port" },
		{ "default alert tcp/80", ":1:15: error: default takes an action alone" },
		{ "default allow\ndefault allow",
		  ":2:1: error: a second default: the first is porttrace.policy:1" },
		{ "include", ":1:1: error: include lacks its files" },
		{ "include a b", ":1:11: error: include takes one pattern" },
		{ "include policy.d/*.policy",
		  ":1:9: warning: no file matches: nothing is included" },
		{ "include porttrace.policy",
		  ":1:9: error: the include loops: /p/porttrace.policy is being read already" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		const char *what = said(table[i].text);

		if (!table[i].said ? *what != '\0' : !strstr(what, table[i].said))
			fail_msg("\"%s\": \"%s\"", table[i].text, what);
	}
}

static void all_mistakes_are_told_at_once(void **state)
{
	const char *what = said("alow tcp/80 usr=a exe=b\n"
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

static void bounds_are_told(void **state)
{
	struct buf text = { 0 };

	(void)state;
	buf_fill(&text, 'x', POLICY_LINE_MAX + 1);
	assert_contains(said(text_of(&text)), ":1: error: the line has more than 16384 bytes");
	buf_clear(&text);
	buf_puts(&text, "allow tcp/80 user=u");
	for (int i = 0; i < POLICY_LIST_MAX; i++)
		buf_puts(&text, ",u");
	assert_contains(said(text_of(&text)), ":1:19: error: more than 256 elements in a list");
	buf_clear(&text);
	buf_puts(&text, "allow tcp/1");
	for (int i = 0; i < POLICY_LIST_MAX; i++)
		buf_puts(&text, ",2");
	assert_contains(said(text_of(&text)), ":1:11: error: more than 256 ports in a list");
	buf_clear(&text);
	for (int i = 0; i < POLICY_PROBLEMS_MAX + 5; i++)
		buf_puts(&text, "default\n");
	assert_contains(said(text_of(&text)), "\n5 more problems are not shown\n");
	buf_free(&text);
}

static void too_many_rules_are_told_once(void **state)
{
	struct buf text = { 0 };
	const char *what;

	(void)state;
	for (int i = 0; i < POLICY_RULES_MAX + 3; i++)
		buf_puts(&text, "allow any\n");
	what = said(text_of(&text));
	assert_string_equal(what,
			    "/p/porttrace.policy:100001: error: more than 100000 rules in all\n");
	buf_free(&text);
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

static void add_name(void *arg, const struct policy_name *name)
{
	struct buf *names = arg;

	buf_puts(names, name->name);
	buf_putc(names, ' ');
}

static void warn_name(void *arg, const struct policy_name *name)
{
	policy_problems_warn(arg, name, "no '%s' here", name->name);
}

static void plain_names_are_given(void **state)
{
	struct policy_problems problems = { 0 };
	struct policy *policy = a_policy(
		"allow tcp/1 user=a,!b,c*,7 group=x\n\tallow udp/1 unit=u user=\"d e\"\n");
	struct buf out = { 0 };

	(void)state;
	policy_each_name(policy, "user", add_name, &out);
	assert_text(&out, "a b d e ");
	policy_each_name(policy, "group", add_name, &out);
	assert_text(&out, "x ");
	policy_each_name(policy, "user", warn_name, &problems);
	assert_int_equal(problems.n_warnings, 3);
	policy_problems_put(&problems, &out);
	assert_text(&out, "/p/porttrace.policy:1:18: warning: no 'a' here\n"
			  "    allow tcp/1 user=a,!b,c*,7 group=x\n"
			  "                     ^\n"
			  "/p/porttrace.policy:1:21: warning: no 'b' here\n"
			  "    allow tcp/1 user=a,!b,c*,7 group=x\n"
			  "                        ^\n"
			  "/p/porttrace.policy:2:26: warning: no 'd e' here\n"
			  "     allow udp/1 unit=u user=\"d e\"\n"
			  "                             ^~~~~\n");
	assert_int_equal(policy_n_files(policy), 1);
	policy_problems_free(&problems);
	policy_free(policy);
	buf_free(&out);
}

static void rules_are_found_by_their_place(void **state)
{
	struct policy *policy = a_policy("allow tcp/1 # x\n\tdefault  alert:info\n");

	(void)state;
	assert_string_equal(policy_rule_text(policy, "porttrace.policy:1"), "allow tcp/1");
	assert_string_equal(policy_rule_text(policy, "default"), "default alert:info");
	assert_int_equal(policy_default_severity(policy), SEVERITY_INFO);
	policy_free(policy);
	policy = a_policy("default allow");
	assert_int_equal(policy_default_severity(policy), SEVERITY_WARNING);
	policy_free(policy);
	policy = a_policy("allow tcp/ephemeral");
	assert_string_equal(policy_rule_text(policy, "default"),
			    "default alert:warning (none is written)");
	assert_true(policy_asks(policy, "ephemeral"));
	assert_false(policy_asks(policy, "nonsense"));
	policy_free(policy);
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

/* What is hostile in a policy, a path say, does not reach the terminal. */
static void problems_are_escaped(void **state)
{
	(void)state;
	assert_contains(said("allow tcp/80 exe=/a\033[2J"), "\n    allow tcp/80 exe=/a\\x1b[2J\n");
	assert_contains(said("allow tcp/80 \033=a"), "unknown key '\\x1b'");
}

static void a_long_line_is_shown_around_the_place(void **state)
{
	struct buf text = { 0 };
	const char *what, *line;

	(void)state;
	buf_puts(&text, "allow tcp/80 exe=/");
	buf_fill(&text, 'a', 500);
	buf_puts(&text, " usr=b exe=/");
	buf_fill(&text, 'c', 500);
	what = said(text_of(&text));
	assert_contains(what, ":1:520: error: unknown key 'usr'");
	line = strchr(what, '\n') + 1;
	assert_true(strncmp(line, "    ...aaaa", 11) == 0);
	assert_true(strcspn(line, "\n") < 200);
	/* The caret is below the word. */
	assert_int_equal(strstr(line, "usr=") - line, strchr(line, '^') - (strchr(line, '\n') + 1));
	buf_free(&text);
}

/* A cut does not go back beyond the place, whatever bytes are there. */
static void bytes_that_are_no_characters_are_cut_somewhere(void **state)
{
	struct buf text = { 0 };

	(void)state;
	buf_puts(&text, "allow tcp/80 exe=/");
	for (int i = 0; i < 300; i++)
		buf_putc(&text, (char)0x80);
	assert_contains(said(text_of(&text)), ":1:19: error: this byte is no visible text");
	buf_puts(&text, " usr=b");
	for (int i = 0; i < 300; i++)
		buf_putc(&text, (char)0x80);
	assert_contains(said(text_of(&text)), "unknown key 'usr'");
	buf_free(&text);
}

static void values_survive_being_written(void **state)
{
	static const char *const values[] = {
		"/usr/sbin/nginx",
		"/opt/My App/x",
		"a,b",
		"!a",
		"*",
		"a?b",
		"a\"b",
		"a\\x2d.service",
		"#a",
		"\xff\x01",
		"\xc3\xa4 b",
		"a b\\c",
		"/tmp/\xe2\x80\xae",
		"[a]",
		"=",
		"\t",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct buf text = { 0 };
		struct policy *policy;
		const struct element *element;

		buf_puts(&text, "allow tcp/80 unit=");
		policy_put_value(&text, values[i]);
		buf_puts(&text, ",other");
		policy = a_policy(text_of(&text));
		element = &policy->rules[0].criteria[0].elements[0];
		assert_int_equal(policy->rules[0].criteria[0].n, 2);
		assert_int_equal(element->kind, ELEMENT_TEXT);
		assert_false(element->negated);
		assert_string_equal(element->text, values[i]);
		policy_free(policy);
		buf_free(&text);
	}
}

static void required_ports_are_listed(void **state)
{
	struct policy *policy = a_policy(
		"allow tcp/1\nrequire tcp/22,80 exe=/a\nrequire any/1-9 hook=h\n");
	const struct policy_required *all;
	size_t n;

	(void)state;
	all = policy_required(policy, &n);
	assert_int_equal(n, 3);
	assert_int_equal(all[0].first, 22);
	assert_int_equal(all[0].last, 22);
	assert_null(all[0].hook);
	assert_string_equal(all[0].proto, "tcp");
	assert_string_equal(all[0].rule, "porttrace.policy:2");
	assert_string_equal(all[0].text, "require tcp/22,80 exe=/a");
	assert_int_equal(all[1].first, 80);
	assert_int_equal(all[2].first, 1);
	assert_int_equal(all[2].last, 9);
	assert_string_equal(all[2].proto, "any");
	assert_string_equal(all[2].hook, "h");
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contracts_example_is_a_policy),
		cmocka_unit_test(each_mistake_is_told_where_it_is),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(includes_are_read_where_they_stand),
		cmocka_unit_test(an_include_does_not_loop),
		cmocka_unit_test(a_file_is_read_once),
		cmocka_unit_test(includes_are_not_endlessly_deep),
		cmocka_unit_test(bounds_are_told),
		cmocka_unit_test(too_many_rules_are_told_once),
		cmocka_unit_test(too_many_files_are_told),
		cmocka_unit_test(an_include_that_cannot_be_looked_for_is_an_error),
		cmocka_unit_test(plain_names_are_given),
		cmocka_unit_test(rules_are_found_by_their_place),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
		cmocka_unit_test(problems_are_escaped),
		cmocka_unit_test(a_long_line_is_shown_around_the_place),
		cmocka_unit_test(bytes_that_are_no_characters_are_cut_somewhere),
		cmocka_unit_test(values_survive_being_written),
		cmocka_unit_test(required_ports_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
