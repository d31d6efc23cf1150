/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for what a tracer says, and for what it does. */
#ifndef LIVE_AWAIT_H
#define LIVE_AWAIT_H

#include "tracer.h"

/* Reads until the table, or what is on stderr, has that in it. */
void await_text(struct tracer *tracer, const char *text);
void await_error(struct tracer *tracer, const char *text);

/* Waits until ready(arg), with the test's deadline; tracer may be NULL, else it is read meanwhile. */
void await(bool (*ready)(void *arg), void *arg, struct tracer *tracer, const char *what);

/* How often it is in the text. */
unsigned int times_in(const char *text, const char *what);

#endif
