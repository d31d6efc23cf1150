/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parser of lines and that of files share. */
#ifndef PORTTRACE_POLICY_PARSER_H
#define PORTTRACE_POLICY_PARSER_H

#include "policy/internal.h"

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
	bool full_of_files;
};

/* All lines of a file. 0 or -ENOMEM: what is wrong with them is told. */
int parse_text(struct parser *p, const struct reading *in, const char *text, size_t len);
/* A file; line and where: what asks for it. As parse_text(). */
int parse_file(struct parser *p, const struct line *line, struct span where,
	       const struct reading *from, const char *path);
/* Behind the word "include", which is first. 0, -EINVAL after telling why, -ENOMEM. */
int parse_include(struct parser *p, const struct reading *in, const struct line *line,
		  struct span first, const char *at);
/* Whether the line ends here; if not, that is told. */
bool line_ends(const struct line *line, const char *at, const char *what);

#endif
