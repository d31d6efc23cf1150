/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_SERVICE_HOOK_HELPER_H
#define PORTTRACE_SERVICE_HOOK_HELPER_H

/* The most that a request has: a name, and an environment. */
#define HOOK_REQUEST_MAX ((size_t)64 * 1024)

/*
 * The helper process: takes requests from fd, each a packet of texts ended by NUL
 * (the hook's name, then its environment) with a descriptor for its stdin, until the other
 * end is closed. Does not return.
 */
__attribute__((noreturn)) void hook_helper(int fd);

#endif
