/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy for one test, and porttrace by it in the test's own network namespace. */
#ifndef LIVE_POLICY_H
#define LIVE_POLICY_H

#include "outcome.h"

/* Writes it, in place of the one before. Its path is POLICY_NAME in a folder of the test's own. */
#define POLICY_NAME "live.policy"
__attribute__((format(printf, 1, 2))) const char *policy_write(const char *format, ...);

/* An empty /etc, in a mount namespace of the test's own. */
void etc_of_our_own(void);
/* The same as /etc/porttrace/porttrace.policy, in such an /etc. */
__attribute__((format(printf, 1, 2))) void policy_write_default(const char *format, ...);

#endif
