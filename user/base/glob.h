/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_BASE_GLOB_H
#define PORTTRACE_BASE_GLOB_H

#include <stdbool.h>

/*
 * Whether text matches pattern: '*' any run without '/', '**' any run, '?' one
 * character but '/', all else itself. Both stars retry alone, so the time is
 * bounded by pattern length times the square of the text's.
 */
bool glob_match(const char *pattern, const char *text);

/* The same; in the pattern a backslash makes the next character mean itself. */
bool glob_match_escaped(const char *pattern, const char *text);

/* The same; a pattern without '/' is held against what follows text's last '/'. */
bool glob_match_path(const char *pattern, const char *path);

#endif
