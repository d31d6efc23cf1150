// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as the files of a policy, parted by NUL: the first is the policy,
 * the others are /p/a, /p/b, ... for its includes. What comes out is either a
 * policy or errors; a rule of it alone is one again; and what is printed is
 * harmless.
 */
#include "../unit/harmless.h"
#include "../unit/text_files.h"
#include "need.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>

#define FILES_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rule(const struct rule *rule)
{
	struct policy_problems problems;
	struct policy *policy;

	need(!text_parse(&policy, rule->text, &problems), "a rule alone is none");
	need(policy->n_rules == 1, "a rule is not one rule");
	need(policy->rules[0].n_criteria == rule->n_criteria &&
		     policy->rules[0].keys == rule->keys &&
		     policy->rules[0].protos == rule->protos &&
		     policy->rules[0].action == rule->action,
	     "a rule alone is another one");
	policy_free(policy);
	policy_problems_free(&problems);
}

/* Any text is a value, if it is written as one. */
static void check_value(const char *text)
{
	struct policy_problems problems;
	struct policy *policy;
	struct buf line = { 0 };

	if (!*text || strlen(text) > POLICY_LINE_MAX / 5)
		return;
	buf_puts(&line, "allow tcp unit=");
	policy_put_value(&line, text);
	buf_putc(&line, '\0');
	need(!text_parse(&policy, line.data, &problems), "a value that was written is none");
	need(policy->rules[0].criteria[0].n == 1 &&
		     !policy->rules[0].criteria[0].elements[0].negated &&
		     policy->rules[0].criteria[0].elements[0].kind == ELEMENT_TEXT &&
		     !strcmp(policy->rules[0].criteria[0].elements[0].text, text),
	     "a value that was written is another one");
	policy_free(policy);
	policy_problems_free(&problems);
	buf_free(&line);
}

static void fuzz_files(const struct text_file *files)
{
	struct policy_problems problems;
	struct policy *policy;
	struct buf out = { 0 };
	int err = files_parse(&policy, files, &problems);

	need(!err == !problems.n_errors, "an error that is not told, or told and none");
	need(!err == !!policy, "a policy with an error, or none without");
	policy_problems_put(&problems, &out);
	for (size_t i = 0, from = 0; i < out.len; i++) {
		if (out.data[i] != '\n')
			continue;
		need(harmless(out.data + from, i - from), "a problem let something through");
		from = i + 1;
	}
	for (size_t i = 0; policy && i < policy->n_rules && i < 8; i++)
		check_rule(&policy->rules[i]);
	buf_free(&out);
	policy_free(policy);
	policy_problems_free(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[FILES_MAX] = {
		"/p/porttrace.policy", "/p/a", "/p/b", "/p/c/d", "/e", "/p/[f]"
	};
	struct text_file files[FILES_MAX + 1] = { 0 };
	char *text = malloc(size + 1);
	size_t at = 0;
	static bool ready;

	if (!ready)
		need(ready = harmless_init(), "there is no locale C.UTF-8");
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < FILES_MAX && at <= size; i++) {
		files[i] = (struct text_file){ paths[i], text + at, 0 };
		at += strlen(text + at) + 1;
	}
	fuzz_files(files);
	check_value(text);
	free(text);
	return 0;
}
