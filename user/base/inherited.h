/* SPDX-License-Identifier: GPL-2.0-only */
/* What we change of how we were started, and a program that we start gets back. */
#ifndef PORTTRACE_BASE_INHERITED_H
#define PORTTRACE_BASE_INHERITED_H

/*
 * Ignores SIGPIPE, does not ignore SIGCHLD, and opens standard descriptors that
 * were closed: one of ours that lands there would be written to as output. These
 * cannot be written to, so a command says that it failed; they are closed again
 * at an exec.
 */
void inherited_adapt(void);
/* In a child, before its exec: these signals as they were. */
void inherited_restore(void);

#endif
