/* SPDX-License-Identifier: GPL-2.0-only */
/* By which way the running task went into the kernel: a system call of its own, or io_uring. */
#ifndef PORTTRACE_ORIGIN_BPF_H
#define PORTTRACE_ORIGIN_BPF_H

#include "abi.h"
#include "compat.bpf.h"

#define NR_io_uring_enter 426 /* the same on every architecture */

/*
 * include/linux/sched.h: a thread of io_uring, for its work queue or for
 * SQPOLL, since v5.12, and in v5.10.162; before they were kernel threads. Its
 * registers are a copy of its maker's, so this is asked first.
 */
#define PF_IO_WORKER 0x00000010

static __always_inline u32 origin_of_current(void)
{
	struct task_struct *task = compat_current();
	u32 flags = TASK_FIELD(task, flags);
	struct compat_entry entry;

	if (flags & PF_KTHREAD)
		return ORIGIN_UNKNOWN;
	if (flags & PF_IO_WORKER)
		return ORIGIN_IO_URING;
	entry = compat_entry_of(task);
	if (!entry.from_user)
		return ORIGIN_UNKNOWN;
	return entry.nr == NR_io_uring_enter ? ORIGIN_IO_URING : ORIGIN_SYSCALL;
}

#endif
