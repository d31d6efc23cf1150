/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_SERVICE_HOOK_HELPER_H
#define PORTTRACE_SERVICE_HOOK_HELPER_H

/*
 * The helper process: takes requests (hook_request.h) from fd, until the other end is
 * closed. Does not return.
 */
__attribute__((noreturn)) void hook_helper(int fd);

#endif
