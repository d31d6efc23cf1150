/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines that a terminal would break in the middle of a word. */
#ifndef PORTTRACE_BASE_WRAP_H
#define PORTTRACE_BASE_WRAP_H

#include "base/buf.h"

/*
 * Appends a line that went through the escaper, n bytes without its end. What is wider than width
 * cells is broken at blanks, and goes on behind hang blanks; the first hang cells are its heading,
 * and stay together. A word that is too wide is left to the terminal. width 0: there is none.
 */
void wrap_line(struct buf *out, const char *line, size_t n, size_t width, size_t hang);

/* The same of many lines with their ends. Has a heading: whose first hang cells end with two blanks. */
void wrap_lines(struct buf *out, const char *text, size_t n, size_t width, size_t hang);

/* Prints such lines on stdout, as wide as that is. */
void wrap_print(const struct buf *lines, size_t hang);

#endif
