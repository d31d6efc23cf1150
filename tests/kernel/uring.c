// SPDX-License-Identifier: GPL-2.0-only
#include "uring.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of 6.11: older headers lack them. */
#define OP_BIND 56
#define OP_LISTEN 57
#define OPS_MAX 128

static uint32_t *ring_word(struct uring *uring, uint32_t offset)
{
	return (uint32_t *)(uring->rings + offset);
}

static size_t rings_size(const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);

	return sq > cq ? sq : cq;
}

static int open_with(struct uring *uring, unsigned int flags)
{
	struct io_uring_params *p = &uring->params;
	int prot = PROT_READ | PROT_WRITE;

	memset(uring, 0, sizeof(*uring));
	p->flags = flags;
	uring->fd = (int)syscall(SYS_io_uring_setup, 4, p);
	if (uring->fd < 0)
		return -errno;
	uring->rings = mmap(NULL, rings_size(p), prot, MAP_SHARED, uring->fd, IORING_OFF_SQ_RING);
	uring->sqes = mmap(NULL, p->sq_entries * sizeof(*uring->sqes), prot, MAP_SHARED, uring->fd,
			   IORING_OFF_SQES);
	if (uring->rings == MAP_FAILED || (void *)uring->sqes == MAP_FAILED)
		return -ENOMEM;
	return 0;
}

int uring_open(struct uring *uring)
{
	return open_with(uring, 0);
}

int uring_open_polled(struct uring *uring)
{
	return open_with(uring, IORING_SETUP_SQPOLL);
}

int uring_fix(struct uring *uring, int fd)
{
	if (syscall(SYS_io_uring_register, uring->fd, IORING_REGISTER_FILES, &fd, 1))
		return -errno;
	uring->fixed = true;
	return 0;
}

/* A mapping is a reference to the ring, as a descriptor is. */
void uring_close(struct uring *uring)
{
	const struct io_uring_params *p = &uring->params;

	if (uring->fixed)
		syscall(SYS_io_uring_register, uring->fd, IORING_UNREGISTER_FILES, NULL, 0);
	munmap(uring->rings, rings_size(p));
	munmap(uring->sqes, p->sq_entries * sizeof(*uring->sqes));
	close(uring->fd);
}

bool uring_knows(struct uring *uring, unsigned int op)
{
	size_t size = sizeof(struct io_uring_probe) + OPS_MAX * sizeof(struct io_uring_probe_op);
	struct io_uring_probe *probe = calloc(1, size);
	bool known = false;

	if (probe &&
	    !syscall(SYS_io_uring_register, uring->fd, IORING_REGISTER_PROBE, probe, OPS_MAX))
		known = op < probe->ops_len && (probe->ops[op].flags & IO_URING_OP_SUPPORTED);
	free(probe);
	return known;
}

/* One operation at a time: its entry is the first that is free, its end the next that comes. */
static int submit(struct uring *uring, const struct io_uring_sqe *sqe)
{
	const struct io_uring_params *p = &uring->params;
	uint32_t tail = *ring_word(uring, p->sq_off.tail);
	uint32_t index = tail & *ring_word(uring, p->sq_off.ring_mask);
	const struct io_uring_cqe *cqes;
	unsigned int flags = IORING_ENTER_GETEVENTS;
	uint32_t head;
	int result;

	uring->sqes[index] = *sqe;
	if (uring->fixed) {
		uring->sqes[index].fd = 0;
		uring->sqes[index].flags |= IOSQE_FIXED_FILE;
	}
	ring_word(uring, p->sq_off.array)[index] = index;
	__atomic_store_n(ring_word(uring, p->sq_off.tail), tail + 1, __ATOMIC_RELEASE);
	if (p->flags & IORING_SETUP_SQPOLL)
		flags |= IORING_ENTER_SQ_WAKEUP;
	if (syscall(SYS_io_uring_enter, uring->fd, 1, 1, flags, NULL, 0) < 0)
		return -errno;
	head = *ring_word(uring, p->cq_off.head);
	if (head == __atomic_load_n(ring_word(uring, p->cq_off.tail), __ATOMIC_ACQUIRE))
		return -EAGAIN;
	cqes = (const struct io_uring_cqe *)(uring->rings + p->cq_off.cqes);
	result = cqes[head & *ring_word(uring, p->cq_off.ring_mask)].res;
	__atomic_store_n(ring_word(uring, p->cq_off.head), head + 1, __ATOMIC_RELEASE);
	return result;
}

int uring_bind(struct uring *uring, int fd, const void *addr, unsigned int len)
{
	struct io_uring_sqe sqe = { .opcode = OP_BIND, .fd = fd };

	if (!uring_knows(uring, OP_BIND))
		return -EOPNOTSUPP;
	sqe.addr = (uintptr_t)addr;
	sqe.addr2 = len;
	return submit(uring, &sqe);
}

int uring_listen(struct uring *uring, int fd, int backlog)
{
	struct io_uring_sqe sqe = { .opcode = OP_LISTEN, .fd = fd };

	if (!uring_knows(uring, OP_LISTEN))
		return -EOPNOTSUPP;
	sqe.len = (uint32_t)backlog;
	return submit(uring, &sqe);
}

int uring_connect(struct uring *uring, int fd, const void *addr, unsigned int len)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_CONNECT, .fd = fd, .off = len };

	if (!uring_knows(uring, IORING_OP_CONNECT))
		return -EOPNOTSUPP;
	sqe.addr = (uintptr_t)addr;
	return submit(uring, &sqe);
}

int uring_accept(struct uring *uring, int fd)
{
	struct io_uring_sqe sqe = { .opcode = IORING_OP_ACCEPT, .fd = fd };

	if (!uring_knows(uring, IORING_OP_ACCEPT))
		return -EOPNOTSUPP;
	return submit(uring, &sqe);
}
