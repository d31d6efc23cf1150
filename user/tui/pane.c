// SPDX-License-Identifier: GPL-2.0-only
#include "tui/pane.h"

#include "base/escape.h"
#include "base/width.h"
#include "base/wrap.h"

#include <errno.h>

void pane_open(struct pane *pane, const char *title, size_t heading, bool own)
{
	pane_close(pane);
	pane->open = true;
	pane->own = own;
	pane->heading = heading;
	escape_puts(&pane->title, title);
}

/* Escaped once more text is what it was. */
int pane_text(struct pane *pane, const char *text, size_t len)
{
	pane->laid_width = 0;
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		escape_text(&pane->text, text, n);
		if (end)
			buf_putc(&pane->text, '\n');
		text += n + !!end;
		len -= n + !!end;
	}
	return pane->text.failed ? -ENOMEM : 0;
}

void pane_ask(struct pane *pane, const char *question)
{
	buf_clear(&pane->question);
	escape_puts(&pane->question, question);
	pane->at_end = true;
}

void pane_close(struct pane *pane)
{
	buf_free(&pane->title);
	buf_free(&pane->text);
	buf_free(&pane->laid);
	buf_free(&pane->question);
	*pane = (struct pane){ 0 };
}

static void lay(struct pane *pane, size_t width)
{
	if (pane->laid_width == width)
		return;
	buf_clear(&pane->laid);
	wrap_lines(&pane->laid, pane->text.data, pane->text.len, width, pane->heading);
	pane->laid_width = width;
}

/* Bytes of the line that fit: a word may be wider than the screen. */
static size_t cut(const char *line, size_t n, size_t width)
{
	size_t fit;

	return width_text(line, n, width, &fit) <= width || !fit ? n : fit;
}

bool pane_line(struct pane *pane, size_t width, size_t *at, const char **line, size_t *n)
{
	const char *end;

	if (!width)
		return false;
	lay(pane, width);
	if (*at >= pane->laid.len)
		return false;
	*line = pane->laid.data + *at;
	end = memchr(*line, '\n', pane->laid.len - *at);
	*n = cut(*line, end ? (size_t)(end - *line) : pane->laid.len - *at, width);
	*at += *n;
	if (*at < pane->laid.len && pane->laid.data[*at] == '\n')
		++*at;
	return true;
}

size_t pane_lines(struct pane *pane, size_t width)
{
	size_t at = 0, n, lines = 0;
	const char *line;

	while (pane_line(pane, width, &at, &line, &n))
		lines++;
	return lines;
}

void pane_scroll(struct pane *pane, long steps, size_t width, size_t height)
{
	size_t lines = pane_lines(pane, width), last = lines > height ? lines - height : 0;
	long top = (long)(pane->at_end ? last : pane->top);

	if (steps < 0 && top < -steps)
		top = 0;
	else
		top += steps;
	pane->at_end = (size_t)top >= last && (steps > 0 || pane->at_end);
	pane->top = (size_t)top < last ? (size_t)top : last;
}
