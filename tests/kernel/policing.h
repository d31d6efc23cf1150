/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy and hooks in an /etc of the test's own; and tracers that judge by it. */
#ifndef LIVE_POLICING_H
#define LIVE_POLICING_H

#include "await.h"

#define POLICY_PATH "/etc/porttrace/porttrace.policy"
#define HOOKS_PATH "/etc/porttrace/hooks.d"

/* What a policy begins with where every port of this host is judged: ports of the harness are not. */
#define MARKERS "ignore any/61000-65535\n"

/* A mount namespace with an empty /etc but for the two folders. */
void policing_prepare(void);

/* A file with that mode, from a format. */
__attribute__((format(printf, 3, 4))) void file_write(const char *path, unsigned int mode,
						      const char *format, ...);
/* Its content, "" if it is not there; it lives until the next call. */
const char *file_read(const char *path);

/* `watch --policy` with these options behind it, ended by NULL (or NULL); it streams. */
struct tracer *policing_start(const char *const *options);
/* The same as a table, of the test's own namespace alone. */
struct tracer *policing_start_table(const char *const *options);

/* SIGTERM, exit status 0, and all that it wrote is read. */
void finish(struct tracer *tracer);

/* It is told as unexpected, with a reason. */
void expect_found(const struct event *event, const char *finding, const char *severity,
		  const char *rule);

#endif
