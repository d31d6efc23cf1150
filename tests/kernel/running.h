/* SPDX-License-Identifier: GPL-2.0-only */
/* porttrace run: what the runnee did, and what was told of it. */
#ifndef LIVE_RUNNING_H
#define LIVE_RUNNING_H

#include "outcome.h"

/* `porttrace run A B -- live --helper runnee WHAT`, both may be NULL. It is good until the next one. */
const struct outcome *run_with(const char *a, const char *b, const char *what, bool as_nobody);

/* The command has printed that line, or one that ends so. */
void expect_line(const struct outcome *outcome, const char *line);

/* A file of root's in /tmp, removed at the end. */
struct log_file {
	int fd;
	char option[64]; /* for porttrace */
};

struct log_file log_make(void);

#endif
