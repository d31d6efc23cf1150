/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of a real journal about what a test did, written by a tracer. */
#ifndef LIVE_ENTRIES_H
#define LIVE_ENTRIES_H

#include "journald.h"
#include "tracer.h"

/* An unexpected port. */
#define UNEXPECTED "MESSAGE_ID=905648f542924f4f848c26aa8c7412d8"

/* `watch --journal`, which streams. */
struct tracer *journal_start(void);

/* Matches for a port of that process: others on this host open ports as well. */
const char *entries_of(pid_t pid, int port);

void expect_field(const json_t *entry, const char *name, const char *want);

#endif
