/* SPDX-License-Identifier: GPL-2.0-only */
/* A line that somebody types. */
#ifndef PORTTRACE_TUI_PROMPT_H
#define PORTTRACE_TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#define PROMPT_MAX 512

struct prompt {
	char text[PROMPT_MAX + 1]; /* UTF-8 */
	size_t len;
	size_t cursor; /* byte */
};

/* The cursor is at its end; what is too long is cut. */
void prompt_set(struct prompt *prompt, const char *text);
/* False: the key is none that edits. */
bool prompt_key(struct prompt *prompt, int key);

#endif
