// SPDX-License-Identifier: GPL-2.0-only
#include "tui/pane.h"

#include "base/escape.h"
#include "base/width.h"

#include <errno.h>

void pane_open(struct pane *pane, const char *title, bool own)
{
	pane_close(pane);
	pane->open = true;
	pane->own = own;
	escape_puts(&pane->title, title);
}

/* Escaped once more text is what it was. */
int pane_text(struct pane *pane, const char *text, size_t len)
{
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
	buf_free(&pane->question);
	*pane = (struct pane){ 0 };
}

/* Bytes of the line that fit; at a blank, if there is one in its second half. */
static size_t wrap(const char *line, size_t n, size_t width)
{
	size_t fit, at;

	if (width_text(line, n, width, &fit) <= width || !fit)
		return n;
	for (at = fit; at > fit / 2; at--)
		if (line[at] == ' ')
			return at;
	return fit;
}

bool pane_line(const struct pane *pane, size_t width, size_t *at, const char **line, size_t *n)
{
	const char *end;

	if (*at >= pane->text.len || !width)
		return false;
	*line = pane->text.data + *at;
	end = memchr(*line, '\n', pane->text.len - *at);
	*n = end ? (size_t)(end - *line) : pane->text.len - *at;
	*n = wrap(*line, *n, width);
	*at += *n;
	if (*at < pane->text.len && (pane->text.data[*at] == '\n' || pane->text.data[*at] == ' '))
		++*at;
	return true;
}

size_t pane_lines(const struct pane *pane, size_t width)
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
