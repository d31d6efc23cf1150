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

/* One character of the pattern that is no star, and whether the text begins with it. */
static bool take(const char **pattern, const char **text, char escape)
{
	const char *p = *pattern;
	bool itself = escape && *p == escape && p[1];

	if (itself)
		p++;
	if (!*p || !**text || !(*p == **text || (!itself && *p == '?' && **text != '/')))
		return false;
	*pattern = p + 1;
	++*text;
	return true;
}

/* escape 0: there is none */
static bool match(const char *pattern, const char *text, char escape)
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
		} else if (!take(&pattern, &text, escape) && !retry(&one, &any, &pattern, &text)) {
			return false;
		}
	}
}

bool glob_match(const char *pattern, const char *text)
{
	return match(pattern, text, '\0');
}

bool glob_match_escaped(const char *pattern, const char *text)
{
	return match(pattern, text, '\\');
}

bool glob_match_path(const char *pattern, const char *path)
{
	const char *base = strrchr(path, '/');

	if (!strchr(pattern, '/') && base)
		return glob_match(pattern, base + 1);
	return glob_match(pattern, path);
}
