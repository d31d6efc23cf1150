/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the escaper promises, checked by other means than its own: the C
 * library's UTF-8, and a list of what must not be left.
 */
#ifndef UNIT_HARMLESS_H
#define UNIT_HARMLESS_H

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

/* For mbrtowc(). Whether there is a UTF-8 locale. */
static inline bool harmless_init(void)
{
	return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

static inline bool harmful_character(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) ||
	       (cp >= 0xd800 && cp <= 0xdfff) || cp > 0x10ffff || (cp >= 0xfdd0 && cp <= 0xfdef) ||
	       (cp & 0xfffe) == 0xfffe;
}

/* Valid UTF-8 that moves no cursor, ends no line, reorders nothing. */
static inline bool harmless(const char *text, size_t n)
{
	mbstate_t state = { 0 };

	for (size_t at = 0; at < n;) {
		wchar_t cp = 0;
		size_t len = mbrtowc(&cp, text + at, n - at, &state);

		if (len == 0 || len > 4 || harmful_character((uint32_t)cp))
			return false;
		at += len;
	}
	return true;
}

/* The inside of a JSON string: its only escapes are those of '"' and of a backslash. */
static inline bool harmless_json(const char *text, size_t n)
{
	for (size_t at = 0; at < n; at++) {
		if (text[at] == '"')
			return false;
		if (text[at] != '\\')
			continue;
		if (++at == n || (text[at] != '"' && text[at] != '\\'))
			return false;
	}
	return harmless(text, n);
}

#endif
