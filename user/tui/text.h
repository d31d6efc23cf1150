/* SPDX-License-Identifier: GPL-2.0-only */
/* Text into fields of a screen. All of it went through the escaper. */
#ifndef PORTTRACE_TUI_TEXT_H
#define PORTTRACE_TUI_TEXT_H

#include "base/buf.h"

/*
 * What is behind byte from of b: characters without a cell of their own are named, as
 * the escaper names others. ascii: so are all that are not ASCII.
 */
void text_tame(struct buf *b, size_t from, bool ascii);

/*
 * Cuts n bytes of text to width cells, with a mark where something is left out, behind
 * what is in out. is_end: it is "ADDRESS:PORT", and the address is cut.
 */
void text_fit(struct buf *out, const char *text, size_t n, size_t width, bool is_end, bool ascii);

/* Text that may have been broken into lines, escaped and as one again. */
void text_put_line(struct buf *out, const char *text, size_t n);

/* Cells of n bytes. */
size_t text_width(const char *text, size_t n);

#endif
