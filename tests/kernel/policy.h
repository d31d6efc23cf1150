/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy for one test, and porttrace by it in the test's own network namespace. */
#ifndef LIVE_POLICY_H
#define LIVE_POLICY_H

#include "process.h"
#include "spawn.h"

/* Writes it, in place of the one before. Its path is POLICY_NAME in a folder of the test's own. */
#define POLICY_NAME "live.policy"
__attribute__((format(printf, 1, 2))) const char *policy_write(const char *format, ...);

/* An empty /etc, in a mount namespace of the test's own. */
void etc_of_our_own(void);
/* The same as /etc/porttrace/porttrace.policy, in such an /etc. */
__attribute__((format(printf, 1, 2))) void policy_write_default(const char *format, ...);

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
