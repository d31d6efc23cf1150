/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_TRACE_PRIVILEGE_H
#define PORTTRACE_TRACE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether this process may load and attach the programs, by its effective
 * capabilities (capabilities(7)). 0, or -EPERM and a sentence in why that
 * names what lacks and how to give it.
 */
int privilege_check(char *why, size_t size);
/* Whether it may attach to the cgroup root: the other hooks go without that. */
bool privilege_cgroup(void);

#endif
