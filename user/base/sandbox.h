/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program that has started still may do: the capabilities it uses, no new
 * privileges, and the system calls of its loop; any other call ends it.
 */
#ifndef PORTTRACE_BASE_SANDBOX_H
#define PORTTRACE_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* A capability that is kept where it is there. */
struct sandbox_capability {
	unsigned int number;
	const char *name; /* "CAP_BPF" */
	const char *use;  /* what it is for, behind "to" */
	const char *lack; /* what is not possible without */
};

extern const struct sandbox_capability sandbox_capabilities[];
extern const size_t sandbox_n_capabilities;

/* Whether this process has it. */
bool sandbox_has(const struct sandbox_capability *capability);

/*
 * Enters, for good, with all threads. What cannot be done is left out: then -errno, and
 * *why is a text that says what is not confined. 0: all of it is.
 */
int sandbox_enter(const char **why);

/* How many system calls are allowed. */
size_t sandbox_calls(void);

#endif
