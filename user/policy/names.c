// SPDX-License-Identifier: GPL-2.0-only
/* Names in rules: whether they are known on a machine is for a command to say. */
#include "policy/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 512

static void names_of(const struct rule *rule, const struct criterion *criterion,
		     void (*fn)(void *arg, const struct policy_name *name), void *arg)
{
	for (size_t i = 0; i < criterion->n; i++) {
		const struct element *element = &criterion->elements[i];
		const struct policy_name name = { element->text, rule, element };

		if (element->kind == ELEMENT_TEXT)
			fn(arg, &name);
	}
}

void policy_each_name(const struct policy *policy, const char *key,
		      void (*fn)(void *arg, const struct policy_name *name), void *arg)
{
	for (size_t i = 0; i < policy->n_rules; i++) {
		const struct rule *rule = &policy->rules[i];

		for (size_t j = 0; j < rule->n_criteria; j++)
			if (!strcmp(rule_key_name(rule->criteria[j].key), key))
				names_of(rule, &rule->criteria[j], fn, arg);
	}
}

void policy_problems_warn(struct policy_problems *problems, const struct policy_name *name,
			  const char *format, ...)
{
	const struct rule *rule = name->rule;
	const struct line line = rule_line(rule, problems);
	char message[MESSAGE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	complain(&line, PROBLEM_WARNING,
		 (struct span){ line.text + name->element->column, name->element->width }, NULL,
		 "%s", message);
	problems_sort(problems);
}
