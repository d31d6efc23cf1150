/* SPDX-License-Identifier: GPL-2.0-only */
/* porttrace run once: how, and what came of it. */
#ifndef LIVE_OUTCOME_H
#define LIVE_OUTCOME_H

#include "process.h"
#include "spawn.h"

/* `porttrace WORD… --netns OURS` (the words ended by NULL). Returns the exit status. */
int run_here(struct outcome *outcome, const char *word, ...);
/*
 * `porttrace WORD…` by a user without any privilege, in the namespace of the suite: it cannot
 * enter another one. host_listener() is a process of root's that listens there, on loopback.
 */
int run_as_nobody(struct outcome *outcome, const char *word, ...);
struct child host_listener(int port);

void expect_status(const struct outcome *outcome, int status);
/* Each fails the test where the text is not there. */
void expect_out(const struct outcome *outcome, const char *text);
void expect_said(const struct outcome *outcome, const char *text);

#endif
