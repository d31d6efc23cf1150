// SPDX-License-Identifier: GPL-2.0-only
#include "base/glob.h"

#include <string.h>

/* A star seen on the way, and how much of the text it has taken. */
struct star {
	const char *after; /* the pattern behind it; NULL: none yet */
	const char *took;  /* the text it has not taken */
};

/*
 * Lets the last star that still can take one more character, and goes on from
 * there. A '*' cannot take '/'; then an earlier '**' has to.
 */
static bool retry(struct star *one, struct star *any, const char **pattern, const char **text)
{
	if (one->after && *one->took && *one->took != '/') {
		*pattern = one->after;
		*text = ++one->took;
		return true;
	}
	one->after = NULL;
	if (!any->after || !*any->took)
		return false;
	*pattern = any->after;
	*text = ++any->took;
	return true;
}

bool glob_match(const char *pattern, const char *text)
{
	struct star one = { 0 }, any = { 0 };

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			pattern += 2;
			any = (struct star){ pattern, text };
			one.after = NULL;
		} else if (pattern[0] == '*') {
			one = (struct star){ ++pattern, text };
		} else if (!*pattern && !*text) {
			return true;
		} else if (*pattern && *text &&
			   (*pattern == *text || (*pattern == '?' && *text != '/'))) {
			pattern++;
			text++;
		} else if (!retry(&one, &any, &pattern, &text)) {
			return false;
		}
	}
}

bool glob_match_path(const char *pattern, const char *path)
{
	const char *base = strrchr(path, '/');

	if (!strchr(pattern, '/') && base)
		return glob_match(pattern, base + 1);
	return glob_match(pattern, path);
}
