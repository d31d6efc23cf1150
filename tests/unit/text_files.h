/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies out of texts, and a matcher that reads rules in order: for the fuzz targets, too. */
#ifndef TEXT_FILES_H
#define TEXT_FILES_H

#include "base/glob.h"
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Files by path; the list ends with a NULL path. The same inode: the same file. */
struct text_file {
	const char *path;
	const char *text;
	uint64_t inode; /* 0: of its own */
};

static inline int text_read(void *arg, const char *path, char **text, size_t *len,
			    struct policy_file_id *id, const char **why)
{
	const struct text_file *file = arg;

	for (; file->path; file++) {
		if (strcmp(file->path, path) != 0)
			continue;
		*text = strdup(file->text);
		*len = strlen(file->text);
		*id = (struct policy_file_id){ 1, file->inode ? file->inode :
								(uint64_t)(uintptr_t)file };
		return *text ? 0 : -ENOMEM;
	}
	*why = NULL;
	return -ENOENT;
}

static inline int text_expand(void *arg, const char *pattern, char ***paths, size_t *n)
{
	const struct text_file *file = arg;

	*n = 0;
	*paths = calloc(64, sizeof(**paths));
	for (; *paths && file->path && *n < 64; file++) {
		if (!glob_match_escaped(pattern, file->path))
			continue;
		(*paths)[*n] = strdup(file->path);
		if ((*paths)[*n]) {
			++*n;
			continue;
		}
		while (*n)
			free((*paths)[--*n]);
		free(*paths);
		*paths = NULL;
	}
	if (!*paths)
		return -ENOMEM;
	if (*n)
		return 0;
	free(*paths);
	*paths = NULL;
	return -ENOENT;
}

/* Parses /p/porttrace.policy of these files. */
static inline int files_parse(struct policy **policy, const struct text_file *files,
			      struct policy_problems *problems)
{
	const struct policy_files from = { text_read, text_expand, (void *)(uintptr_t)files };

	*problems = (struct policy_problems){ 0 };
	return policy_parse(policy, files->path, &from, problems);
}

static inline int text_parse(struct policy **policy, const char *text,
			     struct policy_problems *problems)
{
	const struct text_file files[] = { { "/p/porttrace.policy", text, 0 }, { 0 } };

	return files_parse(policy, files, problems);
}

/* In order, by definition: what an index may not change. */
static inline const struct rule *plain_first(const struct policy *policy,
					     const struct policy_subject *subject)
{
	struct view view;

	view_init(&view, subject);
	for (size_t i = 0; i < policy->n_rules; i++)
		if (rule_matches(&policy->rules[i], &view))
			return &policy->rules[i];
	return NULL;
}

#endif
