// SPDX-License-Identifier: GPL-2.0-only
/* Files into a policy: lines, includes, the default. */
#include "policy/index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE ((struct span){ 0 })

/* A file that is being read. */
struct reading {
	const struct reading *from; /* which includes it; NULL: the first */
	const char *path;
	struct policy_file_id id;
};

struct parser {
	struct policy *policy;
	struct policy_problems *problems;
	const struct policy_files *files;
	size_t top; /* how much of a path is the first file's directory, its '/' included */
	struct policy_file_id *seen; /* of all files that were read */
	size_t n_seen;
	bool full; /* POLICY_RULES_MAX was told */
};

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
static bool ends_here(const struct line *line, const char *at, const char *what)
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
	if (!ends_here(line, at, "default takes an action alone: it is what no rule matches"))
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

static int parse_include(struct parser *p, const struct reading *in, const struct line *line,
			 struct span first, const char *at);

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

/* --- one file --------------------------------------------------------------------------- */

static int parse_text(struct parser *p, const struct reading *in, const char *text, size_t len)
{
	struct line line = {
		.problems = p->problems,
		.file = in->path,
		.order = (unsigned int)p->n_seen,
	};
	const char *at = text, *end = text + len;
	int err = 0;

	while (!err && at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		line.number++;
		line.text = at;
		line.len = (size_t)((stop ? stop : end) - at);
		/* As editors of another system write it. */
		if (line.len && at[line.len - 1] == '\r')
			line.len--;
		err = parse_line(p, in, &line);
		at = stop ? stop + 1 : end;
	}
	return err;
}

/* Whether a file was read already, or is being read. Tells of it, since it is not read again. */
static bool read_before(struct parser *p, const struct line *line, struct span where,
			const struct reading *in)
{
	for (const struct reading *r = in->from; r; r = r->from) {
		if (r->id.dev != in->id.dev || r->id.inode != in->id.inode)
			continue;
		complain(line, PROBLEM_ERROR, where, NULL,
			 "the include loops: %s is being read already", in->path);
		return true;
	}
	for (size_t i = 0; i < p->n_seen; i++) {
		if (p->seen[i].dev != in->id.dev || p->seen[i].inode != in->id.inode)
			continue;
		complain(line, PROBLEM_WARNING, where, NULL,
			 "%s is included already: its rules stand there", in->path);
		return true;
	}
	return false;
}

/* The parser's own copy of a path, which rules and problems refer to. */
static int keep_path(struct parser *p, const char *path, struct reading *in)
{
	struct policy *policy = p->policy;
	struct policy_file_id *seen;
	char **files = reallocarray(policy->files, policy->n_files + 1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	policy->files = files;
	seen = reallocarray(p->seen, p->n_seen + 1, sizeof(*seen));
	if (!seen)
		return -ENOMEM;
	p->seen = seen;
	files[policy->n_files] = strdup(path);
	if (!files[policy->n_files])
		return -ENOMEM;
	in->path = files[policy->n_files++];
	return 0;
}

static void complain_unread(const struct line *line, struct span where, const char *path, int err,
			    const char *why)
{
	const char *what = why ? why : strerror(-err);

	if (line->number)
		complain(line, PROBLEM_ERROR, where, NULL, "%s: %s", path, what);
	else
		complain(line, PROBLEM_ERROR, where, NULL, "%s", what);
}

/* line and where: what asks for it. */
static int parse_file(struct parser *p, const struct line *line, struct span where,
		      const struct reading *from, const char *path)
{
	struct reading in = { .from = from, .path = path };
	const char *why = NULL;
	char *text = NULL;
	size_t len = 0;
	int err;

	if (p->n_seen == POLICY_FILES_MAX) {
		complain(line, PROBLEM_ERROR, where, NULL, "more than %d files", POLICY_FILES_MAX);
		return 0;
	}
	err = p->files->read(p->files->arg, path, &text, &len, &in.id, &why);
	if (err == -ENOMEM)
		return err;
	if (err) {
		complain_unread(line, where, path, err, why);
		return 0;
	}
	if (!read_before(p, line, where, &in)) {
		err = keep_path(p, path, &in);
		if (!err) {
			p->seen[p->n_seen++] = in.id;
			err = parse_text(p, &in, text, len);
		}
	}
	free(text);
	return err;
}

/* --- includes --------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int include_all(struct parser *p, const struct reading *in, const struct line *line,
		       struct span where, const char *pattern)
{
	char **paths = NULL;
	size_t n = 0;
	int err = p->files->expand(p->files->arg, pattern, &paths, &n);

	if (err == -ENOMEM)
		return err;
	if (err) {
		complain(line, PROBLEM_ERROR, where, NULL, "%s: %s", pattern, strerror(-err));
		return 0;
	}
	if (!n)
		complain(line, PROBLEM_WARNING, where, NULL,
			 "no file matches: nothing is included");
	else
		qsort(paths, n, sizeof(*paths), by_name);
	for (size_t i = 0; i < n; i++) {
		if (!err)
			err = parse_file(p, line, where, in, paths[i]);
		free(paths[i]);
	}
	free(paths);
	return err;
}

/* The directory of the including file, with what glob(7) would take for its own quoted. */
static void put_directory(struct buf *out, const char *path)
{
	const char *slash = strrchr(path, '/');

	for (const char *at = path; slash && at <= slash; at++) {
		if (strchr("*?[\\", *at))
			buf_putc(out, '\\');
		buf_putc(out, *at);
	}
}

static int parse_include(struct parser *p, const struct reading *in, const struct line *line,
			 struct span first, const char *at)
{
	struct buf whole = { 0 };
	size_t depth = 1;
	struct span word;
	char *pattern;
	bool glob;
	int err;

	if (!word_next(line, &at, &word)) {
		complain(line, PROBLEM_ERROR, first, NULL,
			 "include lacks its files, such as policy.d/*.policy");
		return -EINVAL;
	}
	for (const struct reading *r = in->from; r; r = r->from)
		depth++;
	if (depth > POLICY_DEPTH_MAX) {
		complain(line, PROBLEM_ERROR, word, NULL, "includes are more than %d deep",
			 POLICY_DEPTH_MAX);
		return -EINVAL;
	}
	err = ends_here(line, at, "include takes one pattern") ? 0 : -EINVAL;
	if (!err)
		err = unquote(line, word, &pattern, &glob);
	if (err)
		return err;
	if (*pattern != '/')
		put_directory(&whole, in->path);
	/* What is no pattern for us is to be none for glob(7); of a pattern '[' is quoted already. */
	for (const char *c = pattern; *c; c++) {
		if (!glob && strchr("*?[\\", *c))
			buf_putc(&whole, '\\');
		buf_putc(&whole, *c);
	}
	buf_putc(&whole, '\0');
	free(pattern);
	err = whole.failed ? -ENOMEM : include_all(p, in, line, word, whole.data);
	buf_free(&whole);
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
