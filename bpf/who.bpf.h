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

static __always_inline struct told_key told_key_of(const struct rec_task *task, u32 slot)
{
	return (struct told_key){
		.start_ns = task->start_ns,
		.exec_id = task->exec_id,
		.tgid = task->tgid,
		.slot = slot,
	};
}

static __always_inline bool was_told(const struct rec_task *task, u32 slot)
{
	struct told_key key = told_key_of(task, slot);
	u64 *cgroup_id = bpf_map_lookup_elem(&told_tasks, &key);

	return cgroup_id && *cgroup_id == task->cgroup_id;
}

/* In core.bpf.c: describes the running task in full, on one of the rings. */
int tell_task(u32 slot);

#endif
