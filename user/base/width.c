// SPDX-License-Identifier: GPL-2.0-only
#include "base/width.h"

#include "base/escape.h"

#include <wchar.h>

size_t width_char(const char *text, size_t n, uint32_t *code_point, size_t *cells)
{
	size_t len;
	int width;

	*cells = 1;
	*code_point = (unsigned char)*text;
	if (!(*text & 0x80))
		return 1;
	len = utf8_decode(text, n, code_point);
	width = wcwidth((wchar_t)*code_point);
	if (width >= 0)
		*cells = (size_t)width;
	return len ? len : 1;
}

size_t width_text(const char *text, size_t n, size_t max, size_t *fit)
{
	size_t sum = 0, at = 0;
	uint32_t cp;

	*fit = n;
	while (at < n) {
		size_t cells, len = width_char(text + at, n - at, &cp, &cells);

		if (sum + cells > max && *fit == n)
			*fit = at;
		sum += cells;
		at += len;
	}
	return sum;
}
