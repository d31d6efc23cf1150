// SPDX-License-Identifier: GPL-2.0-only
#include "service/hook_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATH_OF_ROOT "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* The most that one has: a name, and an environment. */
#define REQUEST_MAX ((size_t)64 * 1024)

int hook_request_send(int to, const char *name, const struct buf *env, int input)
{
	struct iovec parts[] = { { (char *)name, strlen(name) + 1 }, { env->data, env->len } };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr msg = {
		.msg_iov = parts,
		.msg_iovlen = 2,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &input, sizeof(input));
	return sendmsg(to, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* -1: none came with it */
static int input_of(struct msghdr *msg)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

struct hook_request *hook_request_receive(int fd, int *err)
{
	static char text[REQUEST_MAX];
	struct iovec part = { text, sizeof(text) - 1 };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct hook_request *request;

	*err = n < 0 ? -errno : 0;
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	request = malloc(sizeof(*request) + (size_t)n + 1);
	if (!request) {
		*err = -ENOMEM;
		close(input_of(&msg));
		return NULL;
	}
	*request = (struct hook_request){ .input = input_of(&msg), .len = (size_t)n };
	memcpy(request->text, text, (size_t)n + 1);
	return request;
}

void hook_request_env(struct hook_request *request, char *env[HOOK_ENV_MAX])
{
	char *at = request->text + strlen(request->text) + 1, *end = request->text + request->len;
	size_t n = 0;

	env[n++] = (char *)PATH_OF_ROOT;
	for (; at < end && n < HOOK_ENV_MAX - 1; at += strlen(at) + 1)
		env[n++] = at;
	env[n] = NULL;
}

void hook_request_free(struct hook_request *request)
{
	if (request->input >= 0)
		close(request->input);
	free(request);
}
