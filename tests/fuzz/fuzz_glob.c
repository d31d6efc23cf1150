// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pattern and a text, parted by NUL: matched as a table says that has an
 * entry for each end of both, for patterns with quotes and without.
 */
#include "base/glob.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG 96

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct token {
	enum { ITSELF, ONE, STAR, STARS } kind;
	char c;
};

/* "**" is taken two by two, from the left. */
static size_t tokens_of(const char *pattern, bool escapes, struct token *out)
{
	size_t n = 0;

	for (; *pattern; pattern++) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			out[n++] = (struct token){ STARS, 0 };
			pattern++;
		} else if (*pattern == '*') {
			out[n++] = (struct token){ STAR, 0 };
		} else if (*pattern == '?') {
			out[n++] = (struct token){ ONE, 0 };
		} else {
			if (escapes && *pattern == '\\' && pattern[1])
				pattern++;
			out[n++] = (struct token){ ITSELF, *pattern };
		}
	}
	return n;
}

static bool takes(struct token token, char c)
{
	return token.kind == STARS || (token.kind == ITSELF ? token.c == c : c != '/');
}

/* matched[i][j]: the tokens from i on match the text from j on. */
static bool by_table(const char *pattern, const char *text, bool escapes)
{
	static bool matched[LONG + 1][LONG + 1];
	struct token tokens[LONG];
	size_t n = tokens_of(pattern, escapes, tokens), len = strlen(text);

	for (size_t i = n + 1; i--;) {
		for (size_t j = len + 1; j--;) {
			bool star = i < n && tokens[i].kind >= STAR;

			if (i == n)
				matched[i][j] = j == len;
			else
				matched[i][j] = (star && matched[i + 1][j]) ||
						(j < len && takes(tokens[i], text[j]) &&
						 matched[star ? i : i + 1][j + 1]);
		}
	}
	return matched[0][0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char pattern[LONG], text[LONG];
	const uint8_t *end = memchr(data, 0, size);
	size_t n = end ? (size_t)(end - data) : size, m = end ? size - n - 1 : 0;

	if (n >= LONG || m >= LONG || (m && memchr(end + 1, 0, m)))
		return -1;
	memcpy(pattern, data, n);
	pattern[n] = '\0';
	if (m)
		memcpy(text, end + 1, m);
	text[m] = '\0';
	if (glob_match(pattern, text) != by_table(pattern, text, false) ||
	    glob_match_escaped(pattern, text) != by_table(pattern, text, true)) {
		fprintf(stderr, "'%s' against '%s'\n", pattern, text);
		abort();
	}
	glob_match_path(pattern, text);
	return 0;
}
