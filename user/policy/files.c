// SPDX-License-Identifier: GPL-2.0-only
/* Files of a policy: reading each once, and what they include. */
#include "policy/parser.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int parse_file(struct parser *p, const struct line *line, struct span where,
	       const struct reading *from, const char *path)
{
	struct reading in = { .from = from, .path = path };
	const char *why = NULL;
	char *text = NULL;
	size_t len = 0;
	int err;

	if (p->n_seen == POLICY_FILES_MAX) {
		if (!p->full_of_files)
			complain(line, PROBLEM_ERROR, where, NULL, "more than %d files",
				 POLICY_FILES_MAX);
		p->full_of_files = true;
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
	if (err == -ENOENT)
		complain(line, PROBLEM_WARNING, where, NULL,
			 "no file matches: nothing is included");
	else if (err)
		complain(line, PROBLEM_ERROR, where, NULL, "%s: %s", pattern, strerror(-err));
	if (err)
		return 0;
	if (n)
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

int parse_include(struct parser *p, const struct reading *in, const struct line *line,
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
	err = line_ends(line, at, "include takes one pattern") ? 0 : -EINVAL;
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
