// SPDX-License-Identifier: GPL-2.0-only
#include "tui/text.h"

#include "base/escape.h"
#include "base/width.h"

#include <stdio.h>

static bool is_plain(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] & 0x80)
			return false;
	return true;
}

void text_tame(struct buf *b, size_t from, bool ascii)
{
	struct buf tame = { 0 };
	char name[16];

	if (b->len == from || is_plain(b->data + from, b->len - from))
		return;
	for (size_t at = from; at < b->len;) {
		uint32_t cp;
		size_t cells, len = width_char(b->data + at, b->len - at, &cp, &cells);

		if (cp >= 0x80 && (ascii || !cells)) {
			snprintf(name, sizeof(name), "\\u{%04x}", cp);
			buf_puts(&tame, name);
		} else {
			buf_put(&tame, b->data + at, len);
		}
		at += len;
	}
	b->len = from;
	buf_put(b, tame.data, tame.len);
	b->failed |= tame.failed;
	buf_free(&tame);
}

void text_put_line(struct buf *out, const char *text, size_t n)
{
	while (n) {
		const char *end = memchr(text, '\n', n);
		size_t len = end ? (size_t)(end - text) : n;

		escape_text(out, text, len);
		text += len;
		n -= len;
		len = n;
		while (n && (*text == '\n' || *text == ' ')) {
			text++;
			n--;
		}
		if (len != n && n)
			buf_putc(out, ' ');
	}
}

size_t text_width(const char *text, size_t n)
{
	size_t fit;

	return width_text(text, n, SIZE_MAX, &fit);
}

/* ":8080", of IPv6 "]:8080" */
static size_t port_part(const char *text, size_t n)
{
	size_t at = n;

	while (at && text[at - 1] != ':')
		at--;
	if (!at)
		return 0;
	at--;
	if (at && text[at - 1] == ']')
		at--;
	return n - at;
}

void text_fit(struct buf *out, const char *text, size_t n, size_t width, bool is_end, bool ascii)
{
	size_t tail = 0, fit;

	if (width_text(text, n, width, &fit) <= width) {
		buf_put(out, text, n);
		return;
	}
	if (is_end)
		tail = port_part(text, n);
	width_text(text, n - tail, width > tail ? width - tail - 1 : 0, &fit);
	buf_put(out, text, fit);
	if (width > tail)
		buf_puts(out, ascii ? "~" : "…");
	buf_put(out, text + n - tail, tail);
}
