// SPDX-License-Identifier: GPL-2.0-only
/* A line into words, lists and texts: blanks, commas, quotes and comments. */
#include "base/escape.h"
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NEAR_MAX 64 /* a longer word is near to none */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of what is quoted from at on: behind the second quote, or the end of the text. */
static const char *quoted_end(const char *at, const char *end, bool *closed)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	*closed = at < end;
	return *closed ? at + 1 : end;
}

/* Blanks that part no words, and what takes no room at all: from a web page, say. */
static bool is_unseen(uint32_t code_point)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} ranges[] = {
		{ 0xa0, 0xa0 },     { 0xad, 0xad },     { 0x2000, 0x200d }, { 0x202f, 0x202f },
		{ 0x205f, 0x2064 }, { 0x3000, 0x3000 }, { 0xfeff, 0xfeff },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (code_point >= ranges[i].first && code_point <= ranges[i].last)
			return true;
	return false;
}

size_t visible(const char *text, size_t n)
{
	struct buf shown = { 0 };
	uint32_t code_point;
	size_t len;
	bool plain;

	if (*text >= ' ' && *text <= '~')
		return 1;
	len = utf8_decode(text, n, &code_point);
	if (!len || is_unseen(code_point))
		return 0;
	escape_text(&shown, text, len);
	plain = shown.len == len && !memcmp(shown.data, text, len);
	buf_free(&shown);
	return plain ? len : 0;
}

/* What a person could not see, or not see as it is, does not belong into a rule. */
static void check_characters(const struct line *line, struct span word)
{
	size_t len;

	for (size_t i = 0; i < word.len; i += len) {
		len = visible(word.at + i, word.len - i);
		if (len)
			continue;
		complain(line, PROBLEM_ERROR, (struct span){ word.at + i, 1 }, NULL,
			 "this byte is no visible text: write it as \\xNN, in double quotes");
		return;
	}
}

bool word_next(const struct line *line, const char **at, struct span *word)
{
	const char *end = line->text + line->len, *p = *at;
	bool closed;

	while (p < end && is_blank(*p))
		p++;
	*at = end;
	if (p == end || *p == '#')
		return false;
	word->at = p;
	while (p < end && !is_blank(*p)) {
		const char *quote = p;

		if (*p != '"') {
			p++;
			continue;
		}
		p = quoted_end(p, end, &closed);
		if (!closed)
			complain(line, PROBLEM_ERROR, (struct span){ quote, (size_t)(p - quote) },
				 NULL, "the quote is not closed");
	}
	word->len = (size_t)(p - word->at);
	*at = p;
	check_characters(line, *word);
	return true;
}

bool list_next(struct span list, const char **at, struct span *part)
{
	const char *end = list.at + list.len, *p = *at ? *at : list.at;
	bool closed;

	if (*at && *at > end)
		return false;
	part->at = p;
	while (p < end && *p != ',')
		p = *p == '"' ? quoted_end(p, end, &closed) : p + 1;
	part->len = (size_t)(p - part->at);
	*at = p + 1;
	return true;
}

bool span_is(struct span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.at, text, span.len);
}

char *span_copy(struct span span)
{
	return strndup(span.at, span.len);
}

const char *span_nearest(struct span span, const char *const *names, size_t n)
{
	char word[NEAR_MAX];

	if (span.len >= sizeof(word))
		return NULL;
	memcpy(word, span.at, span.len);
	word[span.len] = '\0';
	return nearest_word(word, names, n);
}

/* A word that is being freed of its quotes: the plain text, and the same as a pattern. */
struct unquoting {
	const struct line *line;
	const char *at;
	const char *end;
	struct buf plain;
	struct buf pattern;
	bool glob;
	bool bad;
};

static void put_literal(struct unquoting *u, char c)
{
	buf_putc(&u->plain, c);
	/* '[' is none of glob_match()'s, but of glob(7)'s. */
	if (c == '*' || c == '?' || c == '\\' || c == '[')
		buf_putc(&u->pattern, '\\');
	buf_putc(&u->pattern, c);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* From a backslash within quotes. */
static void unquote_escape(struct unquoting *u)
{
	size_t left = (size_t)(u->end - u->at);
	int high = left < 4 ? -1 : hex_digit(u->at[2]), low = left < 4 ? -1 : hex_digit(u->at[3]);

	if (left > 1 && (u->at[1] == '\\' || u->at[1] == '"')) {
		put_literal(u, u->at[1]);
		u->at += 2;
		return;
	}
	if (left < 4 || u->at[1] != 'x' || high < 0 || low < 0) {
		complain(u->line, PROBLEM_ERROR, (struct span){ u->at, left > 1 ? 2 : 1 }, NULL,
			 "in double quotes a backslash begins \\xNN, \\\\ or \\\"");
		u->bad = true;
		u->at += left > 1 ? 2 : 1;
		return;
	}
	if (!high && !low) {
		complain(u->line, PROBLEM_ERROR, (struct span){ u->at, 4 }, NULL,
			 "no text of a process or a path has a NUL in it");
		u->bad = true;
	} else {
		put_literal(u, (char)(high << 4 | low));
	}
	u->at += 4;
}

static void unquote_quoted(struct unquoting *u)
{
	u->at++;
	while (u->at < u->end && *u->at != '"') {
		if (*u->at == '\\')
			unquote_escape(u);
		else
			put_literal(u, *u->at++);
	}
	if (u->at < u->end)
		u->at++;
	else
		u->bad = true; /* told when the word was read */
}

int unquote(const struct line *line, struct span word, char **text, bool *glob)
{
	struct unquoting u = { .line = line, .at = word.at, .end = word.at + word.len };
	struct buf *wanted;

	*text = NULL;
	while (u.at < u.end) {
		if (*u.at == '"') {
			unquote_quoted(&u);
		} else if (*u.at == '*' || *u.at == '?') {
			u.glob = true;
			buf_putc(&u.plain, *u.at);
			buf_putc(&u.pattern, *u.at++);
		} else {
			put_literal(&u, *u.at++);
		}
	}
	wanted = u.glob ? &u.pattern : &u.plain;
	buf_putc(wanted, '\0');
	*glob = u.glob;
	if (!u.bad && !u.plain.failed && !u.pattern.failed)
		*text = strdup(wanted->data);
	buf_free(&u.plain);
	buf_free(&u.pattern);
	if (u.bad)
		return -EINVAL;
	return *text ? 0 : -ENOMEM;
}
