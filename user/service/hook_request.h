/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes to the helper process, and how it gets there: a packet of texts ended by NUL
 * (the hook's name, then its environment) with a descriptor for its stdin.
 */
#ifndef PORTTRACE_SERVICE_HOOK_REQUEST_H
#define PORTTRACE_SERVICE_HOOK_REQUEST_H

#include "base/buf.h"

#define HOOK_ENV_MAX 64

struct hook_request {
	struct hook_request *next; /* of those that wait for their turn */
	int input;                 /* -1: none came with it */
	size_t len;
	char text[]; /* as it came; the name first */
};

/* Never waits. 0 or -errno; input stays the caller's. */
int hook_request_send(int to, const char *name, const struct buf *env, int input);
/* NULL: none waits, and *err is 0 where there will be none any more; else -errno. */
struct hook_request *hook_request_receive(int fd, int *err);
/* Its environment, and a PATH, as execve(2) takes it. Points into the request. */
void hook_request_env(struct hook_request *request, char *env[HOOK_ENV_MAX]);
void hook_request_free(struct hook_request *request);

#endif
