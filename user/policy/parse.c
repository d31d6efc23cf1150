// SPDX-License-Identifier: GPL-2.0-only
/* Lines into a policy: rules, the default. */
#include "policy/index.h"
#include "policy/parser.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define NOWHERE ((struct span){ 0 })

/* How a rule's place names a file: relative to the first one's directory. */
static const char *place_of(const struct parser *p, const char *path)
{
	return strncmp(path, p->policy->files[0], p->top) ? path : path + p->top;
}

/* --- one line --------------------------------------------------------------------------- */

static int add_rule(struct parser *p, const struct line *line, struct rule *rule)
{
	struct policy *policy = p->policy;
	size_t cap = policy->cap_rules ? policy->cap_rules * 2 : 64;
	struct rule *rules;

	if (policy->n_rules == POLICY_RULES_MAX) {
		if (!p->full)
			complain(line, PROBLEM_ERROR, NOWHERE, NULL, "more than %d rules in all",
				 POLICY_RULES_MAX);
		p->full = true;
		rule_free(rule);
		return -EINVAL;
	}
	if (asprintf(&rule->place, "%s:%u", place_of(p, line->file), line->number) < 0) {
		rule->place = NULL;
		rule_free(rule);
		return -ENOMEM;
	}
	rule->file = line->file;
	if (policy->n_rules == policy->cap_rules) {
		rules = reallocarray(policy->rules, cap, sizeof(*rules));
		if (!rules) {
			rule_free(rule);
			return -ENOMEM;
		}
		policy->rules = rules;
		policy->cap_rules = cap;
	}
	policy->keys |= rule->keys;
	policy->asks_ephemeral |= rule->ephemeral;
	policy->rules[policy->n_rules++] = *rule;
	return 0;
}

/* Whatever follows, all of it is one word too much. */
bool line_ends(const struct line *line, const char *at, const char *what)
{
	struct span word;

	if (!word_next(line, &at, &word))
		return true;
	complain(line, PROBLEM_ERROR, word, NULL, "%s", what);
	return false;
}

static int parse_default(struct parser *p, const struct line *line, struct span first,
			 const char *at)
{
	struct policy *policy = p->policy;
	enum severity severity;
	enum action action;
	struct span word;

	if (!word_next(line, &at, &word)) {
		complain(line, PROBLEM_ERROR, first, NULL,
			 "default lacks its action, such as alert:warning");
		return -EINVAL;
	}
	if (!action_parse(line, word, &action, &severity))
		return -EINVAL;
	if (action == ACTION_REQUIRE) {
		complain(line, PROBLEM_ERROR, word, "allow", "default names no port to require");
		return -EINVAL;
	}
	if (!line_ends(line, at, "default takes an action alone: it is what no rule matches"))
		return -EINVAL;
	if (policy->has_default) {
		complain(line, PROBLEM_ERROR, first, NULL, "a second default: the first is %s",
			 policy->default_place);
		return -EINVAL;
	}
	policy->has_default = true;
	policy->default_action = action;
	policy->default_severity = severity;
	if (asprintf(&policy->default_text, "default %.*s", (int)word.len, word.at) < 0) {
		policy->default_text = NULL;
		return -ENOMEM;
	}
	if (asprintf(&policy->default_place, "%s:%u", place_of(p, line->file), line->number) >= 0)
		return 0;
	policy->default_place = NULL;
	return -ENOMEM;
}

static int parse_line(struct parser *p, const struct reading *in, const struct line *line)
{
	const char *at = line->text;
	struct span first;
	struct rule rule;
	int err;

	if (line->len > POLICY_LINE_MAX) {
		struct line unshown = *line;

		unshown.text = NULL;
		complain(&unshown, PROBLEM_ERROR, NOWHERE, NULL, "the line has more than %d bytes",
			 POLICY_LINE_MAX);
		return 0;
	}
	if (!word_next(line, &at, &first))
		return 0;
	if (span_is(first, "default"))
		err = parse_default(p, line, first, at);
	else if (span_is(first, "include"))
		err = parse_include(p, in, line, first, at);
	else
		err = rule_parse(line, first, at, &rule);
	if (!err && !span_is(first, "default") && !span_is(first, "include"))
		err = add_rule(p, line, &rule);
	return err == -ENOMEM ? err : 0;
}

int parse_text(struct parser *p, const struct reading *in, const char *text, size_t len)
{
	struct line line = {
		.problems = p->problems,
		.file = in->path,
		.order = (unsigned int)p->n_seen,
	};
	const char *at = text, *end = text + len;
	int err = 0;

	/* As editors of another system write it: nobody sees it. */
	if (len >= sizeof(BYTE_ORDER_MARK) - 1 &&
	    !memcmp(text, BYTE_ORDER_MARK, sizeof(BYTE_ORDER_MARK) - 1))
		at += sizeof(BYTE_ORDER_MARK) - 1;
	while (!err && at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		line.number++;
		line.text = at;
		line.len = (size_t)((stop ? stop : end) - at);
		if (line.len && at[line.len - 1] == '\r')
			line.len--;
		err = parse_line(p, in, &line);
		at = stop ? stop + 1 : end;
	}
	return err;
}

/* --- the policy ------------------------------------------------------------------------- */

/* A list wants each number of it; a range any one. */
static void add_required(struct policy *policy, size_t rule)
{
	const struct rule *of = &policy->rules[rule];

	for (size_t i = 0; i < of->ports.n; i++) {
		policy->required_rules[policy->n_required] = rule;
		policy->required[policy->n_required++] = (struct policy_required){
			.rule = of->place,
			.text = of->text,
			.proto = of->proto,
			.hook = of->hook,
			.first = of->ports.ranges[i].first,
			.last = of->ports.ranges[i].last,
		};
	}
}

static int collect_required(struct policy *policy)
{
	size_t n = 0;

	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].action == ACTION_REQUIRE)
			n += policy->rules[i].ports.n;
	if (!n)
		return 0;
	policy->required = calloc(n, sizeof(*policy->required));
	policy->required_rules = calloc(n, sizeof(*policy->required_rules));
	if (!policy->required || !policy->required_rules)
		return -ENOMEM;
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].action == ACTION_REQUIRE)
			add_required(policy, i);
	return 0;
}

static int parse_all(struct parser *p, const char *path)
{
	const struct line whole = { .problems = p->problems, .file = path };
	const char *slash = strrchr(path, '/');
	int err;

	p->top = slash ? (size_t)(slash + 1 - path) : 0;
	err = parse_file(p, &whole, NOWHERE, NULL, path);
	if (err)
		return err;
	if (p->problems->n_errors)
		return -EINVAL;
	err = collect_required(p->policy);
	if (err)
		return err;
	p->policy->index = index_new(p->policy);
	return p->policy->index ? warn_shadowed(p->policy, p->problems) : -ENOMEM;
}

int policy_parse(struct policy **out, const char *path, const struct policy_files *files,
		 struct policy_problems *problems)
{
	struct parser p = { .problems = problems, .files = files };
	int err = -ENOMEM;

	*out = NULL;
	p.policy = calloc(1, sizeof(*p.policy));
	if (p.policy) {
		p.policy->default_action = ACTION_ALERT;
		p.policy->default_severity = SEVERITY_WARNING;
		err = parse_all(&p, path);
		problems_sort(problems);
	}
	free(p.seen);
	if (err) {
		policy_free(p.policy);
		return err;
	}
	*out = p.policy;
	return 0;
}
