// SPDX-License-Identifier: GPL-2.0-only
/* What a policy has, and what it asks for. */
#include "policy/policy.h"

#include "policy/index.h"

#include <stdlib.h>
#include <string.h>

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->n_rules; i++)
		rule_free(&policy->rules[i]);
	for (size_t i = 0; i < policy->n_files; i++)
		free(policy->files[i]);
	free(policy->rules);
	free(policy->files);
	free(policy->default_place);
	free(policy->default_text);
	free(policy->required);
	free(policy->required_rules);
	index_free(policy->index);
	free(policy);
}

size_t policy_n_rules(const struct policy *policy)
{
	return policy->n_rules;
}

size_t policy_n_files(const struct policy *policy)
{
	return policy->n_files;
}

bool policy_asks(const struct policy *policy, const char *key)
{
	for (unsigned int i = 0; i < KEYS; i++)
		if (!strcmp(key, rule_key_name((enum rule_key)i)))
			return policy->keys & 1u << i;
	return !strcmp(key, "ephemeral") && policy->asks_ephemeral;
}

const char *policy_rule_text(const struct policy *policy, const char *place)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (!strcmp(policy->rules[i].place, place))
			return policy->rules[i].text;
	return policy->default_text ? policy->default_text :
				      "default alert:warning (none is written)";
}

enum severity policy_default_severity(const struct policy *policy)
{
	return policy->default_action == ACTION_ALERT ? policy->default_severity : SEVERITY_WARNING;
}

const struct policy_required *policy_required(const struct policy *policy, size_t *n)
{
	*n = policy->n_required;
	return policy->required;
}

bool policy_satisfies(const struct policy *policy, const struct policy_required *required,
		      const struct policy_subject *subject)
{
	const struct rule *rule =
		&policy->rules[policy->required_rules[required - policy->required]];
	struct view view;

	view_init(&view, subject);
	if (!(rule->protos & view.proto) || subject->local->port < required->first ||
	    subject->local->port > required->last)
		return false;
	for (size_t i = 0; i < rule->n_criteria; i++)
		if (criterion_truth(rule, &rule->criteria[i], &view) != TRUTH_YES)
			return false;
	return true;
}

/* Whether a text means itself without quotes, wherever in a list it stands. */
static bool is_plain(const char *text)
{
	size_t left = strlen(text), len;

	for (const char *at = text; left; at += len, left -= len) {
		len = visible(at, left);
		if (!len)
			return false;
	}
	return *text && !strpbrk(text, " \"*?,") && *text != '!' && *text != '#';
}

static void put_bytes(struct buf *out, const char *text, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		buf_puts(out, "\\x");
		buf_putc(out, digits[(unsigned char)text[i] >> 4]);
		buf_putc(out, digits[(unsigned char)text[i] & 15]);
	}
}

void policy_put_value(struct buf *out, const char *text)
{
	size_t left = strlen(text);

	if (is_plain(text)) {
		buf_puts(out, text);
		return;
	}
	buf_putc(out, '"');
	while (left) {
		size_t len = visible(text, left), n = len ? len : 1;

		if (len && *text != '"' && *text != '\\')
			buf_put(out, text, n);
		else
			put_bytes(out, text, n);
		text += n;
		left -= n;
	}
	buf_putc(out, '"');
}
