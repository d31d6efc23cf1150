// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "harness.h"

/* One character of UTF-8: its length, 0 if it is none. */
static size_t decode(const unsigned char *s, size_t len, unsigned int *code)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;

	if (need == 0 || need > len || s[0] > 0xf4)
		return 0;
	*code = need == 1 ? s[0] : s[0] & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[need] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return need;
}

static bool is_harmful(unsigned int code)
{
	if (code < 0x20)
		return code != '\n';
	return (code >= 0x7f && code <= 0x9f) || code == 0x061c || code == 0x200e ||
	       code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

void text_expect_harmless(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		unsigned int code = 0;
		size_t step = decode((const unsigned char *)text + at, len - at, &code);

		check(step > 0, "byte 0x%02x is not UTF-8 in: %.400s", (unsigned char)text[at],
		      text);
		check(!is_harmful(code), "U+%04X is in the output: %.400s", code, text);
		at += step;
	}
	check(len > 0, "there is no output");
}

static bool has_word(const char *line, size_t len, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= len; i++) {
		if (memcmp(line + i, word, size))
			continue;
		if (i > 0 && isalnum((unsigned char)line[i - 1]))
			continue;
		if (i + size < len && isalnum((unsigned char)line[i + size]))
			continue;
		return true;
	}
	return false;
}

unsigned int text_lines_with(const char *text, const char *word, const char *other)
{
	unsigned int count = 0;
	const char *end;

	while (text && (end = strchr(text, '\n'))) {
		size_t len = (size_t)(end - text);

		count += has_word(text, len, word) && has_word(text, len, other);
		text = end + 1;
	}
	return count;
}

/* Behind blanks, of which any number are as one, and none at the end of a line. */
static const char *skip_blanks(const char *text, bool *blank)
{
	size_t n = strspn(text, " ");

	*blank = n && text[n] != '\n' && text[n];
	return text + n;
}

bool text_same_words(const char *a, const char *b)
{
	bool blank_a, blank_b;

	for (;; a++, b++) {
		a = skip_blanks(a, &blank_a);
		b = skip_blanks(b, &blank_b);
		if (blank_a != blank_b || *a != *b)
			return false;
		if (!*a)
			return true;
	}
}
