/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy and hooks in an /etc of the test's own; and tracers that judge by it. */
#ifndef LIVE_POLICING_H
#define LIVE_POLICING_H

#include "tracer.h"

#define POLICY_PATH "/etc/porttrace/porttrace.policy"
#define HOOKS_PATH "/etc/porttrace/hooks.d"

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

/* Reads until the table, or what is on stderr, has that in it. */
void await_text(struct tracer *tracer, const char *text);
void await_error(struct tracer *tracer, const char *text);

/* SIGTERM, exit status 0, and all that it wrote is read. */
void finish(struct tracer *tracer);

/* How often it is in the text. */
unsigned int times_in(const char *text, const char *what);

/* Waits until ready(arg), with the test's deadline; tracer may be NULL, else it is read meanwhile. */
void await(bool (*ready)(void *arg), void *arg, struct tracer *tracer, const char *what);

#endif
