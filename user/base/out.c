// SPDX-License-Identifier: GPL-2.0-only
#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* An empty buffer larger than this goes back: a slow reader may have made it grow. */
#define KEEP ((size_t)256 * 1024)

/*
 * O_NONBLOCK on the descriptor itself would change it for everybody who shares
 * it (a shell's terminal). Opening a pipe or a terminal anew gives one of our
 * own. Where that is refused (a socket; somebody else's terminal), each write
 * is asked for. Plain files and the like do not block in this sense.
 */
static int open_anew(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void out_open(struct out *out, int fd)
{
	struct stat st;
	int own;

	*out = (struct out){ .fd = fd };
	if (fstat(fd, &st) || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(fd)))
		return;
	own = open_anew(fd);
	out->owned = own >= 0;
	out->ask = own < 0;
	if (out->owned)
		out->fd = own;
}

/* 1: it takes PIPE_BUF bytes without blocking (pipe(7)); 0: not now; or -errno. */
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

/* Bytes written, 0 when it would block, or -errno. */
static ssize_t write_some(const struct out *out, const char *data, size_t n)
{
	ssize_t wrote;

	if (out->ask) {
		int writable = writable_now(out->fd);

		if (writable <= 0)
			return writable;
		n = n < PIPE_BUF ? n : PIPE_BUF;
	}
	wrote = write(out->fd, data, n);
	if (wrote >= 0)
		return wrote;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

int out_flush(struct out *out)
{
	size_t done = 0;

	if (out->buf.failed && !out->err)
		out->err = -ENOMEM;
	while (!out->err && done < out->buf.len) {
		ssize_t n = write_some(out, out->buf.data + done, out->buf.len - done);

		if (!n)
			break;
		if (n < 0)
			out->err = (int)n;
		else
			done += (size_t)n;
	}
	buf_consume(&out->buf, done);
	if (!out->buf.len && out->buf.cap > KEEP)
		buf_free(&out->buf);
	if (out->err)
		return out->err;
	return out->buf.len ? 1 : 0;
}

int out_drain(struct out *out)
{
	int state;

	while ((state = out_flush(out)) > 0) {
		struct pollfd pfd = { .fd = out->fd, .events = POLLOUT };

		poll(&pfd, 1, -1);
	}
	return state;
}

void out_free(struct out *out)
{
	if (out->owned)
		close(out->fd);
	buf_free(&out->buf);
}
