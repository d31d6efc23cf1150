// SPDX-License-Identifier: GPL-2.0-only
#include "base/escape.h"

#include <stdio.h>
#include <string.h>

/* Smallest code point that may take this many bytes: what is below is overlong. */
static const uint32_t utf8_smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };

size_t utf8_decode(const char *text, size_t n, uint32_t *code_point)
{
	unsigned char first = (unsigned char)text[0];
	uint32_t cp;
	size_t len;

	if (first < 0x80) {
		*code_point = first;
		return 1;
	}
	if (first >= 0xf0 && first < 0xf8) {
		len = 4;
		cp = first & 0x07;
	} else if (first >= 0xe0 && first < 0xf0) {
		len = 3;
		cp = first & 0x0f;
	} else if (first >= 0xc0 && first < 0xe0) {
		len = 2;
		cp = first & 0x1f;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (cp < utf8_smallest[len] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*code_point = cp;
	return len;
}

/*
 * Characters that change the order or the lines of what surrounds them: the
 * bidi controls of UAX #9, and U+2028 and U+2029.
 */
static bool reorders(uint32_t cp)
{
	return cp == 0x061c || cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

/*
 * Unicode says that these are no characters. journalctl shows no text that has
 * one: "[13B blob data]" (unichar_is_valid() in systemd's src/basic/utf8.c).
 */
static bool is_noncharacter(uint32_t cp)
{
	return (cp >= 0xfdd0 && cp <= 0xfdef) || (cp & 0xfffe) == 0xfffe;
}

static bool is_named(uint32_t cp)
{
	return reorders(cp) || is_noncharacter(cp);
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

struct escaper {
	const char *backslash; /* how one is written */
	const char *quote;     /* how '"' is written */
};

static const struct escaper plain = { .backslash = "\\", .quote = "\"" };
static const struct escaper json = { .backslash = "\\\\", .quote = "\\\"" };

static void put_bytes(struct buf *out, const struct escaper *e, const char *text, size_t n)
{
	char hex[8];

	for (size_t i = 0; i < n; i++) {
		buf_puts(out, e->backslash);
		snprintf(hex, sizeof(hex), "x%02x", (unsigned char)text[i]);
		buf_puts(out, hex);
	}
}

static void put_special(struct buf *out, const struct escaper *e, const char *text, size_t len,
			uint32_t cp)
{
	char hex[16];

	if (len == 1 && cp == '\\') {
		buf_puts(out, e->backslash);
	} else if (len == 1 && cp == '"') {
		buf_puts(out, e->quote);
	} else if (len && is_named(cp)) {
		buf_puts(out, e->backslash);
		snprintf(hex, sizeof(hex), "u{%04x}", cp);
		buf_puts(out, hex);
	} else {
		put_bytes(out, e, text, len ? len : 1);
	}
}

/* Bytes at the front that are printable ASCII and need nothing in any form. */
static size_t plain_run(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && text[i] >= 0x20 && text[i] < 0x7f && text[i] != '\\' && text[i] != '"')
		i++;
	return i;
}

static void escape(struct buf *out, const struct escaper *e, const char *text, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t run = plain_run(text + i, n - i), len;
		uint32_t cp = 0;

		buf_put(out, text + i, run);
		i += run;
		if (i == n)
			break;
		len = utf8_decode(text + i, n - i, &cp);
		if (len > 1 && !is_control(cp) && !is_named(cp))
			buf_put(out, text + i, len);
		else
			put_special(out, e, text + i, len, cp);
		i += len ? len : 1;
	}
}

void escape_text(struct buf *out, const char *text, size_t n)
{
	escape(out, &plain, text, n);
}

void escape_puts(struct buf *out, const char *text)
{
	if (text)
		escape_text(out, text, strlen(text));
}

void escape_json(struct buf *out, const char *text, size_t n)
{
	escape(out, &json, text, n);
}
