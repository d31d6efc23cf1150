/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy for a command: from a path to a judge, and what is wrong with it on stderr. */
#ifndef PORTTRACE_CMD_POLICING_H
#define PORTTRACE_CMD_POLICING_H

#include "alert/judge.h"

/* On stderr, as a compiler does. */
void policing_put_problems(const struct policy_problems *problems);
/*
 * The policy at path, NULL: the default one. Problems are printed on stderr. STATUS_OK, or
 * STATUS_USAGE after it said what is wrong.
 */
int policing_load(struct policy **out, const char *path);
/* The same, to a judge; enrich is borrowed. */
int policing_open(struct judge **out, const char *path, struct enrich *enrich);
/* Whether there is a default policy: what some commands take where nobody names one. */
bool policing_has_default(void);

#endif
