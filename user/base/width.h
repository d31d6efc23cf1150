/* SPDX-License-Identifier: GPL-2.0-only */
/* How many cells of a terminal text takes, that went through the escaper: UTF-8, no controls. */
#ifndef PORTTRACE_BASE_WIDTH_H
#define PORTTRACE_BASE_WIDTH_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at text (n left, n > 0), its code point and its cells. */
size_t width_char(const char *text, size_t n, uint32_t *code_point, size_t *cells);
/* Cells of all of it; *fit: how many of its bytes fit into max cells. */
size_t width_text(const char *text, size_t n, size_t max, size_t *fit);

#endif
