// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: the first rule that matches, and why. */
#include "policy/internal.h"

#include <stddef.h>

static const struct rule *first_match(const struct policy *policy, const struct view *view)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (rule_matches(&policy->rules[i], view))
			return &policy->rules[i];
	return NULL;
}

static void find_nearest(const struct policy *policy, const struct view *view,
			 struct nearest *nearest)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		nearest_consider(nearest, &policy->rules[i], view);
}

static enum verdict_kind kind_of(enum action action)
{
	switch (action) {
	case ACTION_ALLOW:
	case ACTION_REQUIRE:
		return VERDICT_EXPECTED;
	case ACTION_IGNORE:
		return VERDICT_IGNORED;
	case ACTION_ALERT:
		break;
	}
	return VERDICT_UNEXPECTED;
}

/* rule NULL: the default. */
static void explain(const struct policy *policy, const struct rule *rule, const struct view *view,
		    struct judgement *out)
{
	struct nearest nearest = { 0 };

	find_nearest(policy, view, &nearest);
	out->verdict.why = out->why;
	out->verdict.changed = nearest.rule && nearest.differ && nearest.known;
	if (nearest.rule && nearest.differ && (nearest.known || !rule))
		explain_nearest(&nearest, view, out->why);
	else
		explain_alert(rule, view, out->why);
}

void policy_judge(const struct policy *policy, const struct policy_subject *subject,
		  struct judgement *out)
{
	const struct rule *rule;
	struct view view;

	view_init(&view, subject);
	rule = first_match(policy, &view);
	out->verdict = (struct verdict){
		.kind = kind_of(rule ? rule->action : policy->default_action),
		.severity = rule ? rule->severity : policy->default_severity,
		.rule = rule ? rule->place : "default",
		.hook = rule && rule->action == ACTION_ALERT ? rule->hook : NULL,
	};
	if (out->verdict.kind == VERDICT_UNEXPECTED)
		explain(policy, rule, &view, out);
}
