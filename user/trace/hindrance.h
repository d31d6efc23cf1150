/* SPDX-License-Identifier: GPL-2.0-only */
/* What keeps us from tracing here, in a sentence with the mend. */
#ifndef PORTTRACE_TRACE_HINDRANCE_H
#define PORTTRACE_TRACE_HINDRANCE_H

#include "trace/internal.h"

/* What must be so before anything is tried. 0, or -errno with a sentence in why. */
int hindrance_before(struct trace *trace, char why[COVERAGE_WHY]);
/* What may be behind an error, unless why has a sentence already. */
void hindrance_behind(char why[COVERAGE_WHY], int err);
/*
 * The same, into coverage->why; where no rung is left, by what the first of them said. backend: NULL, or
 * the one that was asked for.
 */
void hindrance_of_hooks(struct coverage *coverage, const char *backend, int err);

#endif
