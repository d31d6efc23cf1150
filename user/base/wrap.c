// SPDX-License-Identifier: GPL-2.0-only
#include "base/wrap.h"

#include "base/terminal.h"
#include "base/width.h"

#include <stdio.h>
#include <unistd.h>

/* On a narrow terminal what hangs would leave no room. */
#define HANG_SHARE 2

/* Where to break what is wider than room: its last blank that fits, else its first; n: nowhere. */
static size_t break_of(const char *text, size_t n, size_t room, size_t keep)
{
	size_t at = 0, cells = 0, best = n;
	uint32_t code_point;

	while (at < n && (cells <= room || best == n)) {
		size_t wide, len = width_char(text + at, n - at, &code_point, &wide);

		if (text[at] == ' ' && cells >= keep)
			best = at;
		cells += wide;
		at += len;
	}
	return best;
}

void wrap_line(struct buf *out, const char *line, size_t n, size_t width, size_t hang)
{
	size_t room = width, keep, fit;

	if (hang > width / HANG_SHARE)
		hang = width / HANG_SHARE;
	keep = hang;
	while (width && width_text(line, n, room, &fit) > room) {
		size_t at = break_of(line, n, room, keep);

		buf_put(out, line, at);
		while (at < n && line[at] == ' ')
			at++;
		line += at;
		n -= at;
		if (!n)
			return;
		buf_putc(out, '\n');
		buf_fill(out, ' ', hang);
		room = width - hang;
		keep = 0;
	}
	buf_put(out, line, n);
}

/* Of bytes: headings are words of ours. */
static bool has_heading(const char *line, size_t n, size_t hang)
{
	return n > hang && hang >= 2 && line[hang - 1] == ' ' && line[hang - 2] == ' ';
}

void wrap_lines(struct buf *out, const char *text, size_t n, size_t width, size_t hang)
{
	const char *end = text + n;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((eol ? eol : end) - text);

		wrap_line(out, text, len, width, has_heading(text, len, hang) ? hang : 0);
		if (eol)
			buf_putc(out, '\n');
		text += len + (eol ? 1 : 0);
	}
}

void wrap_print(const struct buf *lines, size_t hang)
{
	struct buf out = { 0 };

	wrap_lines(&out, lines->data, lines->len, terminal_width(STDOUT_FILENO), hang);
	/* main() looks whether it arrives. */
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}
