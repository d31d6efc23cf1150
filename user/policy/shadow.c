// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that never decide, since an earlier one matches whatever they do. Told
 * are those of which it is certain by their words: the same element, or one that
 * a pattern takes, a network within another.
 */
#include "base/glob.h"
#include "policy/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Pairs that are looked at: some seconds. Beyond that it is said that it was not looked. */
#define WORK_MAX 50000000

static bool cidr_covers(const struct element *a, const struct element *b)
{
	return a->family == b->family && a->bits <= b->bits &&
	       same_prefix(a->addr, b->addr, a->bits);
}

/* Whether a matches whatever b matches. */
static bool element_covers(const struct element *a, const struct element *b)
{
	if (a->kind == ELEMENT_GLOB && b->kind == ELEMENT_TEXT)
		return glob_match_escaped(a->text, b->text);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case ELEMENT_TEXT:
	case ELEMENT_GLOB:
		return !strcmp(a->text, b->text);
	case ELEMENT_MEMFD:
		return !strcmp(a->text, "**") || !strcmp(a->text, b->text);
	case ELEMENT_NUMBER:
	case ELEMENT_SCOPE:
		return a->number == b->number;
	case ELEMENT_CIDR:
		return cidr_covers(a, b);
	case ELEMENT_DELETED:
		break;
	}
	return true;
}

static bool has_negated(const struct criterion *criterion)
{
	for (size_t i = 0; i < criterion->n; i++)
		if (criterion->elements[i].negated)
			return true;
	return false;
}

static bool one_covers(const struct criterion *a, const struct element *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (element_covers(&a->elements[i], b))
			return true;
	return false;
}

static bool criterion_covers(const struct criterion *a, const struct criterion *b)
{
	if (has_negated(a))
		return !strcmp(a->written, b->written);
	for (size_t i = 0; i < b->n; i++)
		if (!b->elements[i].negated && !one_covers(a, &b->elements[i]))
			return false;
	return b->has_positive;
}

static const struct criterion *criterion_of(const struct rule *rule, enum rule_key key)
{
	for (size_t i = 0; i < rule->n_criteria; i++)
		if (rule->criteria[i].key == key)
			return &rule->criteria[i];
	return NULL;
}

static bool range_covered(const struct port_set *set, const struct port_range *range)
{
	for (size_t i = 0; i < set->n; i++)
		if (range->first >= set->ranges[i].first && range->last <= set->ranges[i].last)
			return true;
	return false;
}

static bool ports_cover(const struct rule *a, const struct rule *b)
{
	if (a->all_ports)
		return true;
	if (b->all_ports || (b->ephemeral && !a->ephemeral))
		return false;
	for (size_t i = 0; i < b->ports.n; i++)
		if (!range_covered(&a->ports, &b->ports.ranges[i]))
			return false;
	return true;
}

static bool lets_through(const struct rule *rule)
{
	return rule->action != ACTION_ALERT;
}

static bool rule_covers(const struct rule *a, const struct rule *b)
{
	const uint32_t no_criteria = 1u << KEY_HOOK | 1u << KEY_EXE_DELETED;

	if ((a->protos & b->protos) != b->protos || a->keys & ~b->keys & ~no_criteria ||
	    !ports_cover(a, b))
		return false;
	/* What is not known matches an alert rule, and none that lets through. */
	if (lets_through(a) && !lets_through(b) &&
	    (a->n_criteria || (b->ephemeral && !a->all_ports)))
		return false;
	if (a->keys & 1u << KEY_EXE && a->deleted_ok != b->deleted_ok)
		return false;
	for (size_t i = 0; i < a->n_criteria; i++)
		if (!criterion_covers(&a->criteria[i], criterion_of(b, a->criteria[i].key)))
			return false;
	return true;
}

/* --- looking for them ------------------------------------------------------------------- */

/* Without the quotes of a pattern: what it begins and ends with is looked up. */
static const char *plain(const char *pattern, char *out, size_t size)
{
	size_t n = 0;

	for (; *pattern && n + 1 < size; pattern++) {
		if (*pattern == '\\' && pattern[1])
			pattern++;
		out[n++] = *pattern;
	}
	out[n] = '\0';
	return out;
}

/* The first that is not negated. */
static const struct element *positive_of(const struct rule *rule, enum rule_key key)
{
	const struct criterion *criterion = criterion_of(rule, key);

	for (size_t i = 0; criterion && i < criterion->n; i++)
		if (!criterion->elements[i].negated)
			return &criterion->elements[i];
	return NULL;
}

/* What an earlier rule has to match, if it matches all that this one does: a subject of it. */
struct probe {
	struct policy_subject subject;
	struct endpoint local;
	char exe[POLICY_LINE_MAX + 1];
};

static void probe_exe(struct probe *probe, const struct element *exe)
{
	probe->subject.exe = "";
	/* It is found by an attribute, or by the text. */
	probe->subject.standing = EXE_MEMFD;
	if (exe && exe->kind == ELEMENT_GLOB)
		probe->subject.exe = plain(exe->text, probe->exe, sizeof(probe->exe));
	else if (exe && exe->kind == ELEMENT_TEXT)
		probe->subject.exe = exe->text;
}

static void probe_init(struct probe *probe, const struct rule *rule)
{
	const struct element *unit = positive_of(rule, KEY_UNIT),
			     *user = positive_of(rule, KEY_USER);

	probe->subject = (struct policy_subject){
		.local = &probe->local,
		.unit = unit && unit->kind == ELEMENT_TEXT ? unit->text : "",
		.user = user && user->kind == ELEMENT_TEXT ? user->text : "",
		.uid_known = true,
		.uid = user && user->kind == ELEMENT_NUMBER ? user->number : UINT32_MAX,
	};
	probe->local = (struct endpoint){
		.family = AF_INET,
		.port = rule->ports.n ? rule->ports.ranges[0].first : 0,
	};
	probe_exe(probe, positive_of(rule, KEY_EXE));
}

/* Of one that covers it: one of its protocols, and the scope or a network around the address. */
static void probe_view(const struct probe *probe, const struct rule *rule, struct view *view)
{
	const struct element *on = positive_of(rule, KEY_ON);

	view_init(view, &probe->subject);
	view->proto = (uint8_t)(rule->protos & -rule->protos);
	if (on && on->kind == ELEMENT_SCOPE)
		view->scope = (enum scope)on->number;
	if (on && on->kind == ELEMENT_CIDR) {
		view->ipv4 = on->family == AF_INET;
		view->addr = on->addr;
	}
}

static const struct rule *find_cover(const struct policy *policy, size_t number,
				     struct probe *probe, size_t *work)
{
	const struct rule *rule = &policy->rules[number];
	struct candidates candidates;
	struct view view;
	uint32_t other;

	probe_init(probe, rule);
	probe_view(probe, rule, &view);
	candidates_find(policy->index, &view, &candidates);
	while (*work < WORK_MAX && candidates_next(&candidates, &other) && other < number) {
		++*work;
		if (rule_covers(&policy->rules[other], rule))
			return &policy->rules[other];
	}
	return NULL;
}

static void warn(const struct rule *rule, const struct rule *by, struct policy_problems *problems)
{
	const struct line line = rule_line(rule, problems);
	const char *at = line.text + strspn(line.text, " \t");

	complain(&line, PROBLEM_WARNING, (struct span){ at, strlen(rule->text) }, NULL,
		 "the rule never decides: %s matches all that it does%s", by->place,
		 rule->action == ACTION_REQUIRE ? " (its ports are required all the same)" : "");
}

int warn_shadowed(const struct policy *policy, struct policy_problems *problems)
{
	struct probe *probe;
	size_t work = 0;

	if (policy->n_rules < 2)
		return 0;
	probe = malloc(sizeof(*probe));
	if (!probe)
		return -ENOMEM;
	for (size_t i = 1; i < policy->n_rules && work < WORK_MAX; i++) {
		const struct rule *by = find_cover(policy, i, probe, &work);

		if (by)
			warn(&policy->rules[i], by, problems);
	}
	if (work >= WORK_MAX) {
		const struct line whole = { .problems = problems, .file = policy->files[0] };

		complain(
			&whole, PROBLEM_WARNING, (struct span){ 0 }, NULL,
			"there are too many rules alike to look at each of them for one that never decides");
	}
	free(probe);
	return 0;
}
