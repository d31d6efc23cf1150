// SPDX-License-Identifier: GPL-2.0-only
/* "why": one line for a person. What it quotes is escaped by who prints it. */
#include "policy/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that grows up to a bound, and says where it was cut. */
struct why {
	char *text;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct why *why, const char *format, ...)
{
	static const char cut[] = "...";
	size_t left = POLICY_WHY_MAX - why->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(why->text + why->len, left, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < left) {
		why->len += (size_t)n;
		return;
	}
	why->len = POLICY_WHY_MAX - 1;
	memcpy(why->text + POLICY_WHY_MAX - sizeof(cut), cut, sizeof(cut));
}

static struct why why_begin(char text[POLICY_WHY_MAX])
{
	text[0] = '\0';
	return (struct why){ .text = text };
}

/* --- what is ---------------------------------------------------------------------------- */

static void put_text(struct why *why, const char *key, const char *text)
{
	if (!text)
		put(why, "%s is not known", key);
	else
		put(why, "%s is %s", key, *text ? text : "none");
}

static void put_on(struct why *why, const struct view *view)
{
	char addr[INET6_ADDRSTRLEN];

	endpoint_addr_text(view->subject->local, addr);
	put(why, "on is %s (%s)", scope_name(view->scope), addr);
}

static void put_user(struct why *why, const struct policy_subject *subject)
{
	if (subject->user && *subject->user)
		put(why, "user is %s", subject->user);
	else if (subject->uid_known)
		put(why, "user is %u", subject->uid);
	else
		put(why, "user is not known");
}

static void put_groups(struct why *why, const struct policy_subject *subject)
{
	if (!subject->groups && subject->gid_known)
		put(why, "group is %u, and others that are not known", subject->gid);
	else if (!subject->groups)
		put(why, "group is not known");
	else if (!subject->n_groups)
		put(why, "group is none");
	for (size_t i = 0; subject->groups && i < subject->n_groups; i++)
		put(why, "%s%s", i ? "," : "group is ", subject->groups[i]);
}

static void put_netns(struct why *why, const struct policy_subject *subject)
{
	if (subject->netns && *subject->netns)
		put(why, "netns is %s", subject->netns);
	else if (subject->netns_inode)
		put(why, "netns is %u", subject->netns_inode);
	else
		put_text(why, "netns", subject->netns);
}

/* Whether it is the path that matches, and what lacks is that it is the host's file. */
static bool only_standing_lacks(const struct rule *rule, const struct criterion *criterion,
				const struct view *view)
{
	struct view hosts = *view;

	hosts.standing = EXE_HOST;
	return criterion_truth(rule, criterion, view) != TRUTH_YES &&
	       criterion_truth(rule, criterion, &hosts) == TRUTH_YES;
}

static void put_standing(struct why *why, enum exe_standing standing)
{
	switch (standing) {
	case EXE_HOST:
		break;
	case EXE_OTHER:
		put(why,
		    ", but not the host's file of that path: a container's, or one mounted over it");
		break;
	case EXE_DELETED:
		put(why,
		    ", which was deleted or replaced since it started (exe-deleted=ok allows that)");
		break;
	case EXE_MEMFD:
		put(why, ", which is in memory and no file");
		break;
	case EXE_UNKNOWN:
		put(why, ", which is not known to be the host's file");
		break;
	}
}

static void put_exe(struct why *why, const struct rule *rule, const struct criterion *criterion,
		    const struct view *view)
{
	put_text(why, "exe", view->subject->exe);
	if (view->subject->exe && only_standing_lacks(rule, criterion, view))
		put_standing(why, view->standing);
}

static void put_fact(struct why *why, const struct rule *rule, const struct criterion *criterion,
		     const struct view *view)
{
	const struct policy_subject *subject = view->subject;

	switch (criterion->key) {
	case KEY_ON:
		put_on(why, view);
		break;
	case KEY_EXE:
		put_exe(why, rule, criterion, view);
		break;
	case KEY_USER:
		put_user(why, subject);
		break;
	case KEY_GROUP:
		put_groups(why, subject);
		break;
	case KEY_UNIT:
		put_text(why, "unit", subject->unit);
		break;
	case KEY_CONTAINER:
		put_text(why, "container", subject->container);
		break;
	case KEY_NETNS:
		put_netns(why, subject);
		break;
	default:
		put_text(why, "iface", subject->iface);
		break;
	}
}

/* --- the nearest rule ------------------------------------------------------------------- */

/* Whether the number stands in a rule that lets through; a range to be ignored names none. */
static bool names_number(const struct rule *rule, uint16_t port, bool *exact)
{
	bool in_range = false;

	for (size_t i = 0; i < rule->ports.n; i++) {
		const struct port_range *range = &rule->ports.ranges[i];

		if (port < range->first || port > range->last)
			continue;
		*exact = range->first == range->last;
		if (*exact)
			return true;
		in_range = true;
	}
	return in_range && rule->action != ACTION_IGNORE;
}

/* It is known to differ: another value, or another file at the same path. */
static bool known_to_differ(const struct rule *rule, const struct criterion *criterion,
			    enum truth truth, const struct view *view)
{
	return truth == TRUTH_NO || (criterion->key == KEY_ON && view->scope == SCOPE_ANY) ||
	       (criterion->key == KEY_EXE && view->standing != EXE_UNKNOWN && view->subject->exe &&
		only_standing_lacks(rule, criterion, view));
}

void nearest_consider(struct nearest *nearest, const struct rule *rule, const struct view *view)
{
	struct nearest one = { .rule = rule };

	if (rule->action == ACTION_ALERT || !(rule->protos & view->proto) ||
	    !names_number(rule, view->subject->local->port, &one.exact))
		return;
	for (size_t i = 0; i < rule->n_criteria; i++) {
		const struct criterion *criterion = &rule->criteria[i];
		enum truth truth = criterion_truth(rule, criterion, view);

		if (truth == TRUTH_YES)
			continue;
		one.differ++;
		if (nearest->rule && one.differ > nearest->differ)
			return;
		one.known |= known_to_differ(rule, criterion, truth, view);
	}
	if (!nearest->rule || one.differ < nearest->differ || (one.exact && !nearest->exact))
		*nearest = one;
}

/* Whether a key is told of: all are, or those that keep the rule from matching. */
static void put_keys(struct why *why, const struct rule *rule, const struct view *view, bool all)
{
	bool more = false;

	for (size_t i = 0; i < rule->n_criteria; i++) {
		const struct criterion *criterion = &rule->criteria[i];

		if (!all && criterion_truth(rule, criterion, view) == TRUTH_YES)
			continue;
		if (more)
			put(why, "; ");
		put_fact(why, rule, criterion, view);
		if (more)
			put(why, ", it wants %s", criterion->written);
		else
			put(why, ", rule %s wants %s", rule->place, criterion->written);
		more = true;
	}
}

void explain_nearest(const struct nearest *nearest, const struct view *view,
		     char text[POLICY_WHY_MAX])
{
	struct why why = why_begin(text);

	put_keys(&why, nearest->rule, view, false);
}

void explain_match(const struct rule *rule, const struct view *view, char text[POLICY_WHY_MAX])
{
	struct why why = why_begin(text);

	put_keys(&why, rule, view, true);
	if (!rule->n_criteria)
		put(&why, "rule %s takes %s, whoever it is", rule->place, rule->target);
}

/* --- what alerts ------------------------------------------------------------------------ */

void explain_alert(const struct rule *rule, const struct view *view, char text[POLICY_WHY_MAX])
{
	struct why why = why_begin(text);

	if (!rule) {
		put(&why, "no rule allows it, and none names %s/%u", view->subject->proto,
		    view->subject->local->port);
		return;
	}
	for (size_t i = 0; i < rule->n_criteria; i++) {
		const struct criterion *criterion = &rule->criteria[i];

		put_fact(&why, rule, criterion, view);
		put(&why, ", ");
	}
	put(&why, "rule %s alerts on %s", rule->place, rule->target);
	for (size_t i = 0; i < rule->n_criteria; i++)
		put(&why, " %s=%s", rule_key_name(rule->criteria[i].key),
		    rule->criteria[i].written);
}
