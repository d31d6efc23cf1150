/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling who a process is, once, ahead of the short form that its events
 * carry. Each ring has descriptions of its own, so that none waits for another.
 */
#ifndef PORTTRACE_WHO_BPF_H
#define PORTTRACE_WHO_BPF_H

#include "account.bpf.h"
#include "maps.bpf.h"
#include "task.bpf.h"

/* Processes already described by a REC_TASK: later records carry the short form alone. */
struct told_tasks_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TOLD_TASKS_MAX);
	__type(key, struct told_key);
	__type(value, u64);
};

MAP struct told_tasks_map told_tasks SEC(".maps");

static __always_inline struct told_key told_key_of(struct task_struct *task, u32 slot)
{
	return (struct told_key){
		.start_ns = TASK_PATH(task, group_leader->start_boottime, group_leader,
				      start_boottime),
		.exec_id = TASK_FIELD(task, self_exec_id),
		.tgid = TASK_FIELD(task, tgid),
		.slot = slot,
	};
}

/* In core.bpf.c: describes the running task in full, on one of the rings. */
int tell_task(u32 slot);

/*
 * Before a record of the running task is reserved, so that its description comes
 * first. Kernel threads have none. A key of its own, and not the whole rec_task:
 * what is deeper in this chain of calls needs the stack.
 */
static __always_inline void introduce(u32 slot)
{
	struct task_struct *self = compat_current();
	struct told_key key;
	u64 *cgroup_id;

	if (TASK_FIELD(self, flags) & PF_KTHREAD)
		return;
	key = told_key_of(self, slot);
	cgroup_id = bpf_map_lookup_elem(&told_tasks, &key);
	if (!cgroup_id || *cgroup_id != task_cgroup_id(self))
		tell_task(slot);
}

#endif
