// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: the first rule that matches, and why. */
#include "policy/index.h"

#include <stdio.h>

static const struct rule *first_match(const struct policy *policy, const struct view *view)
{
	struct candidates candidates;
	uint32_t rule;

	candidates_find(policy->index, view, &candidates);
	while (candidates_next(&candidates, &rule))
		if (rule_matches(&policy->rules[rule], view))
			return &policy->rules[rule];
	return NULL;
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

/* rule NULL: the default. Whether what is there differs from a rule that names the number. */
static bool explain(const struct policy *policy, const struct rule *rule, const struct view *view,
		    char why[POLICY_WHY_MAX])
{
	struct nearest nearest = { 0 };
	bool differs;

	candidates_naming(policy->index, view, &nearest);
	differs = nearest.rule && nearest.differ;
	if (differs && (nearest.known || !rule))
		explain_nearest(&nearest, view, why);
	else
		explain_alert(rule, view, why);
	return differs && nearest.known;
}

static enum verdict_kind verdict_of(const struct policy *policy, const struct rule *rule)
{
	return kind_of(rule ? rule->action : policy->default_action);
}

void policy_judge(const struct policy *policy, const struct policy_subject *subject,
		  struct judgement *out)
{
	const struct rule *rule;
	struct view view;

	view_init(&view, subject);
	rule = first_match(policy, &view);
	out->verdict = (struct verdict){
		.kind = verdict_of(policy, rule),
		.severity = rule ? rule->severity : policy->default_severity,
		.rule = rule ? rule->place : "default",
		.hook = rule && rule->action == ACTION_ALERT ? rule->hook : NULL,
	};
	if (out->verdict.kind != VERDICT_UNEXPECTED)
		return;
	out->verdict.changed = explain(policy, rule, &view, out->why);
	out->verdict.why = out->why;
}

void policy_explain(const struct policy *policy, const struct policy_subject *subject,
		    char why[POLICY_WHY_MAX])
{
	const struct rule *rule;
	struct view view;

	view_init(&view, subject);
	rule = first_match(policy, &view);
	if (verdict_of(policy, rule) == VERDICT_UNEXPECTED)
		explain(policy, rule, &view, why);
	else if (rule)
		explain_match(rule, &view, why);
	else
		snprintf(why, POLICY_WHY_MAX, "no rule matches, and the default lets it through");
}
