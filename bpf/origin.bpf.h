/* SPDX-License-Identifier: GPL-2.0-only */
/* By which way the running task went into the kernel: a system call of its own, or io_uring. */
#ifndef PORTTRACE_ORIGIN_BPF_H
#define PORTTRACE_ORIGIN_BPF_H

#include "abi.h"
#include "compat.bpf.h"

#define NR_io_uring_enter 426 /* the same on every architecture */

static __always_inline bool is_io_uring_worker(struct task_struct *task)
{
	char comm[16] = {};

	/* "iou-wrk-N" and "iou-sqp-N" (io_uring/io-wq.c, io_uring/sqpoll.c) */
	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	return comm[0] == 'i' && comm[1] == 'o' && comm[2] == 'u' && comm[3] == '-';
}

/*
 * A thread of io_uring never was in user space, so it has no registers from
 * there; its name alone would not prove it, since any thread may take it.
 */
static __always_inline u32 origin_of_current(void)
{
	struct task_struct *task = compat_current();
	struct compat_entry entry;

	if (TASK_FIELD(task, flags) & PF_KTHREAD)
		return ORIGIN_UNKNOWN;
	entry = compat_entry_of(task);
	if (!entry.from_user)
		return is_io_uring_worker(task) ? ORIGIN_IO_URING : ORIGIN_UNKNOWN;
	return entry.nr == NR_io_uring_enter ? ORIGIN_IO_URING : ORIGIN_SYSCALL;
}

#endif
