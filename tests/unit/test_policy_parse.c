// SPDX-License-Identifier: GPL-2.0-only
/* What a policy without a mistake becomes. */
#include "policies.h"

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
		cmocka_unit_test(plain_names_are_given),
		cmocka_unit_test(rules_are_found_by_their_place),
		cmocka_unit_test(values_survive_being_written),
		cmocka_unit_test(required_ports_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
