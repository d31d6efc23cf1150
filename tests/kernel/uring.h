/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of io_uring as bind and listen need, without a library. */
#ifndef LIVE_URING_H
#define LIVE_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>

struct uring {
	int fd;
	unsigned char *rings; /* both, since IORING_FEAT_SINGLE_MMAP (5.4) */
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
};

/* 0, or -errno: -ENOSYS and -EPERM where the kernel has none for us. */
int uring_open(struct uring *uring);

/* Whether the kernel knows the operation. */
bool uring_knows(struct uring *uring, unsigned int op);

/* Each waits for its end: the result, or -errno. */
int uring_bind(struct uring *uring, int fd, const void *addr, unsigned int len);
int uring_listen(struct uring *uring, int fd, int backlog);

#endif
