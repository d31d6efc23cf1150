/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of io_uring as bind, listen, accept and connect need, without a library. */
#ifndef LIVE_URING_H
#define LIVE_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>

struct uring {
	int fd;
	unsigned char *rings; /* both, since IORING_FEAT_SINGLE_MMAP (5.4) */
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
	bool fixed; /* the descriptor of an operation is index 0 of the files registered */
};

/* 0, or -errno: -ENOSYS and -EPERM where the kernel has none for us. */
int uring_open(struct uring *uring);

/* The same with IORING_SETUP_SQPOLL: a thread of the kernel takes what is submitted. */
int uring_open_polled(struct uring *uring);

/* From here on fd is used as a fixed file: 0, or -errno. */
int uring_fix(struct uring *uring, int fd);

/* Lets go of it, and of the file that was fixed. */
void uring_close(struct uring *uring);

/* Whether the kernel knows the operation. */
bool uring_knows(struct uring *uring, unsigned int op);

/* Each waits for its end: the result, or -errno. */
int uring_bind(struct uring *uring, int fd, const void *addr, unsigned int len);
int uring_listen(struct uring *uring, int fd, int backlog);
int uring_connect(struct uring *uring, int fd, const void *addr, unsigned int len);

/* The new descriptor. */
int uring_accept(struct uring *uring, int fd);

#endif
