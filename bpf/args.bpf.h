/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the arguments of a task lie. */
#ifndef PORTTRACE_ARGS_BPF_H
#define PORTTRACE_ARGS_BPF_H

#include "abi.h"
#include "compat.bpf.h"

struct args_area {
	const void *start;
	u32 len;
};

/* As /proc/PID/cmdline reads them: mm_struct.arg_start. */
static __always_inline struct args_area args_of(struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct args_area area = {};
	u64 start, len;

	if (!mm)
		return area;
	start = BPF_CORE_READ(mm, arg_start);
	len = BPF_CORE_READ(mm, arg_end) - start;
	area.start = (const void *)start;
	area.len = len > ARGS_LARGE ? ARGS_LARGE + 1 : len;
	return area;
}

#endif
