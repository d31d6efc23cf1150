/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one way by which text that somebody else chose (comm, arguments, paths)
 * reaches a terminal, a file or a JSON string. After it no byte can move a
 * cursor, end a line, reorder what is shown or break UTF-8.
 */
#ifndef PORTTRACE_BASE_ESCAPE_H
#define PORTTRACE_BASE_ESCAPE_H

#include "base/buf.h"

/*
 * Appends n bytes of text in a form that is safe to print: C0, DEL, C1 and
 * bytes that are not UTF-8 become \xNN; bidirectional controls, line or
 * paragraph separators, and noncharacters become \u{NNNN}. All else goes
 * through as it is.
 */
void escape_text(struct buf *out, const char *text, size_t n);
/* The same of a whole text; nothing where there is none (NULL). */
void escape_puts(struct buf *out, const char *text);

/* The same, for the inside of a JSON string: '"' and every backslash get one before them. */
void escape_json(struct buf *out, const char *text, size_t n);

/*
 * Length of the UTF-8 sequence at text (n bytes left, n > 0) and its code
 * point; 0 where it is not one (overlong, surrogate, cut off, above U+10FFFF).
 */
size_t utf8_decode(const char *text, size_t n, uint32_t *code_point);

#endif
