// SPDX-License-Identifier: GPL-2.0-only
#include "base/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

/* An empty buffer larger than this goes back: a slow reader may have made it grow. */
#define KEEP ((size_t)256 * 1024)

/*
 * O_NONBLOCK would change the descriptor for everybody who shares it (a shell's
 * terminal), so it is asked each time instead. A pipe that polls writable takes
 * PIPE_BUF bytes without blocking (pipe(7)).
 */
static int writable_now(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int n = poll(&pfd, 1, 0);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n && (pfd.revents & POLLERR) && !(pfd.revents & POLLOUT))
		return -EPIPE;
	return n;
}

int out_flush(struct out *out)
{
	size_t done = 0;
	int n = 1;

	if (out->buf.failed && !out->err)
		out->err = -ENOMEM;
	while (!out->err && done < out->buf.len) {
		size_t left = out->buf.len - done;
		ssize_t wrote;

		n = writable_now(out->fd);
		if (n <= 0)
			break;
		wrote = write(out->fd, out->buf.data + done, left < PIPE_BUF ? left : PIPE_BUF);
		if (wrote < 0 && errno != EINTR && errno != EAGAIN)
			n = -errno;
		if (n < 0)
			break;
		if (wrote > 0)
			done += (size_t)wrote;
	}
	buf_consume(&out->buf, done);
	if (!out->buf.len && out->buf.cap > KEEP)
		buf_free(&out->buf);
	if (n < 0 && !out->err)
		out->err = n;
	if (out->err)
		return out->err;
	return out->buf.len ? 1 : 0;
}

void out_free(struct out *out)
{
	buf_free(&out->buf);
}
