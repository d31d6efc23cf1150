// SPDX-License-Identifier: GPL-2.0-only
/* policy check, policy test: a policy by itself, without looking at any port. */
#include "policy/policy.h"

#include "base/escape.h"
#include "base/json.h"
#include "base/log.h"
#include "base/options.h"
#include "cmd/accounts.h"
#include "cmd/cmd.h"
#include "cmd/policing.h"
#include "cmd/policy_case.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- policy check ----------------------------------------------------------------------- */

/* A name stands in many rules, and each look-up reads a file or asks a server. */
struct asked {
	const char *name; /* the policy's */
	enum account answer;
};

struct names {
	const char *key;
	enum account (*find)(const char *name, uint32_t *id);
	void *asked; /* tsearch(3), of struct asked */
	struct policy_problems *problems;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct asked *)a)->name, ((const struct asked *)b)->name);
}

static enum account ask(struct names *names, const char *name)
{
	struct asked wanted = { .name = name }, **found = tfind(&wanted, &names->asked, by_name);
	struct asked *asked;
	uint32_t id;

	if (found)
		return (*found)->answer;
	wanted.answer = names->find(name, &id);
	asked = malloc(sizeof(*asked));
	if (asked)
		*asked = wanted;
	if (asked && !tsearch(asked, &names->asked, by_name))
		free(asked);
	return wanted.answer;
}

static void check_name(void *arg, const struct policy_name *name)
{
	struct names *names = arg;

	if (ask(names, name->name) == ACCOUNT_NONE)
		policy_problems_warn(names->problems, name, "this machine has no %s '%s'",
				     names->key, name->name);
}

/* What only this machine can tell: a typing mistake most often. */
static void check_names(const struct policy *policy, struct policy_problems *problems)
{
	struct names all[] = {
		{ .key = "user", .find = account_user, .problems = problems },
		{ .key = "group", .find = account_group, .problems = problems },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		policy_each_name(policy, all[i].key, check_name, &all[i]);
		tdestroy(all[i].asked, free);
	}
}

static void print_plural(size_t n, const char *what)
{
	printf("%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void print_escaped(const char *text)
{
	struct buf out = { 0 };

	escape_puts(&out, text);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

static int check(const char *path)
{
	struct policy_problems problems = { 0 };
	struct policy *policy;
	size_t n_required;
	int err = policy_load(&policy, path, &problems);

	if (!err)
		check_names(policy, &problems);
	policing_put_problems(&problems);
	if (err && !problems.n_errors)
		say("%s: %s", path, strerror(-err));
	policy_problems_free(&problems);
	if (err)
		return STATUS_USAGE;
	policy_required(policy, &n_required);
	print_escaped(path);
	fputs(": ", stdout);
	print_plural(policy_n_rules(policy), "rule");
	fputs(" in ", stdout);
	print_plural(policy_n_files(policy), "file");
	fputs(", ", stdout);
	print_plural(n_required, "required port");
	printf(", %s\n", policy_rule_text(policy, "default"));
	policy_free(policy);
	return STATUS_OK;
}

/* --- policy test ------------------------------------------------------------------------ */

static void print_field(const char *name, const char *text)
{
	printf("%-9s", name);
	print_escaped(text);
	putchar('\n');
}

static void print_text(const struct policy *policy, const struct verdict *verdict, const char *why,
		       const char *unknown)
{
	char word[64];

	snprintf(word, sizeof(word), "%s%s%s%s", verdict_name(verdict->kind),
		 verdict->kind == VERDICT_UNEXPECTED ? ", " : "",
		 verdict->kind == VERDICT_UNEXPECTED ? severity_name(verdict->severity) : "",
		 verdict->changed ? ", changed" : "");
	print_field("verdict", word);
	print_field("rule", verdict->rule);
	print_field("text", policy_rule_text(policy, verdict->rule));
	print_field("why", why);
	if (!*unknown)
		return;
	printf("unknown  %s: not given, so it lets nothing through, and spares nothing\n", unknown);
}

static void print_json(const struct policy *policy, const struct verdict *verdict, const char *why,
		       const char *unknown)
{
	struct buf out = { 0 };
	struct json j = { .out = &out };

	json_object(&j, NULL);
	json_string(&j, "verdict", verdict_name(verdict->kind));
	if (verdict->kind == VERDICT_UNEXPECTED)
		json_string(&j, "severity", severity_name(verdict->severity));
	json_bool(&j, "changed", verdict->changed);
	json_string(&j, "rule", verdict->rule);
	json_string(&j, "text", policy_rule_text(policy, verdict->rule));
	json_string(&j, "why", why);
	json_array(&j, "unknown");
	while (*unknown) {
		size_t len = strcspn(unknown, ",");

		json_text(&j, NULL, unknown, len);
		unknown += len + strspn(unknown + len, ", ");
	}
	json_array_end(&j);
	json_object_end(&j);
	buf_putc(&out, '\n');
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

static int test(char **words, int n, bool json)
{
	static struct policy_case given;
	char why[POLICY_WHY_MAX], unknown[256];
	struct judgement judgement;
	struct policy *policy;
	int status = policy_case_parse(&given, words + 1, n - 1);

	if (!status)
		status = policing_load(&policy, words[0]);
	if (status)
		return status;
	policy_judge(policy, &given.subject, &judgement);
	policy_explain(policy, &given.subject, why);
	policy_case_unknown(&given, policy, unknown, sizeof(unknown));
	(json ? print_json : print_text)(policy, &judgement.verdict, why, unknown);
	status = judgement.verdict.kind == VERDICT_UNEXPECTED ? STATUS_NO : STATUS_OK;
	policy_free(policy);
	return status;
}

/* --- the command ------------------------------------------------------------------------ */

static int set_json(void *target, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	*(bool *)target = true;
	return STATUS_OK;
}

static const struct option_row rows[] = {
	{ "json", 'j', NULL, "of 'policy test': one JSON object", "output", set_json, 0 },
};

static int usage(const char *what)
{
	say("%s: 'porttrace policy check FILE', or 'porttrace policy test FILE PROTO ADDR:PORT "
	    "[KEY=VALUE...]'",
	    what);
	return STATUS_USAGE;
}

int cmd_policy(int argc, char **argv)
{
	static const struct option_rows all = OPTION_ROWS(rows);
	static const struct option_table table = {
		.parts = { &all },
		.page = "porttrace(8)",
		.usage = "policy check FILE\n"
			 "       porttrace policy test FILE PROTO ADDR:PORT [KEY=VALUE...]",
		.about =
			"check: tells all that is wrong with a policy. Status 2 for an error.\n"
			"test: says which rule decides of a port, and why. Status 0 expected or ignored,\n"
			"1 unexpected. Keys: exe user group unit container netns iface exe-deleted\n"
			"exe-host ephemeral. What is not given is not known. See porttrace.policy(5).",
	};
	bool json = false;
	int first, status = options_parse(&table, argc, argv, &json, &first);

	if (status)
		return status == OPTIONS_HELP ? STATUS_OK : status;
	argv += first;
	argc -= first;
	if (!argc)
		return usage("policy takes check or test");
	if (!strcmp(argv[0], "check") && json)
		return usage("policy check prints no JSON");
	if (!strcmp(argv[0], "check"))
		return argc == 2 ? check(argv[1]) : usage("policy check takes one file");
	if (!strcmp(argv[0], "test"))
		return argc >= 4 ? test(argv + 1, argc - 1, json) :
				   usage("policy test takes a file, a protocol and an address");
	return usage("policy takes check or test");
}
