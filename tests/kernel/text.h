/* SPDX-License-Identifier: GPL-2.0-only */
/* What a terminal would make of porttrace's output. */
#ifndef LIVE_TEXT_H
#define LIVE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Fails the test on control characters but newline, bidi controls, and bytes not UTF-8. */
void text_expect_harmless(const char *text, size_t len);

/* How many lines have both words, each with no letter or digit beside it. text may be NULL. */
unsigned int text_lines_with(const char *text, const char *word, const char *other);

/* Whether both have the same words in the same lines: how wide columns are is not looked at. */
bool text_same_words(const char *a, const char *b);

#endif
