/* SPDX-License-Identifier: GPL-2.0-only */
/* What the reader of task_file is at, and the description of the process it is at. */
#ifndef PORTTRACE_READER_BPF_H
#define PORTTRACE_READER_BPF_H

#include "args.bpf.h"
#include "shared.h"
#include "task.bpf.h"

/* Set by the reader before this is loaded: what is off costs nothing. */
const volatile struct snapshot_config config = {};

/* The task whose files are shown: they come one behind the other, so it is read once. */
struct task_now {
	__u64 run; /* of the iterator */
	__u64 task;
	__u64 start_ns; /* of the thread: its address is used again */
	__u32 netns;
	__u8 netns_told;
	__u8 has_rec;
	struct rec_task rec;
};

/* Where a walk began, and what it came to. */
struct walked {
	u64 from; /* struct dentry, struct kernfs_node; 0: there was none */
	u64 mnt;
	u64 inode; /* or the cgroup's id: an address is used again */
	u32 dev;
	u32 len;
	u32 flags; /* TASK_F_* */
};

/*
 * What the reader is at, and its rows, for which the stack has no room. There is
 * one, and it runs one iterator at a time.
 */
struct reader {
	struct task_now now;
	/* The task described last. */
	u64 last_start_ns;
	u32 last_tgid;
	/* The namespace of the socket before, which is nearly always that of the next. */
	u32 net_inum;
	u64 net;
	/* Whose texts info has: the next process often has the same. */
	struct walked exe;
	struct walked cgroup;
	struct rec_task_info info;
	struct rec_holder holder;
	struct conn_state conn;
	u64 args[(sizeof(struct rec_args) + ARGS_LARGE) / sizeof(u64)];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct reader);
} the_reader SEC(".maps");

/* What an iterator hands over, checked once: a second look at the context may be NULL again. */
struct row {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct file *file;
	u32 fd;
	struct reader *reader;
};

static __always_inline bool put(struct bpf_iter_meta *meta, struct rec_head *head, u32 size)
{
	return bpf_seq_write(meta->seq, head, size) == 0;
}

/*
 * False: a page is full. What was not read the reader asks /proc for: more than
 * there is room for, a page that is not in memory, or a title that grew beyond
 * the arguments, which then do not end with NUL (setproctitle; fs/proc/base.c).
 */
static __always_inline bool tell_args(const struct row *row, const struct rec_task *of)
{
	struct args_area area = args_of(row->task);
	u64 len = area.len;
	struct rec_args *rec = (void *)row->reader->args;

	if (!config.args || !len || len > ARGS_LARGE)
		return true;
	__builtin_memset(rec, 0, sizeof(*rec));
	asm volatile("" : "+r"(len)); /* keep the bound in the register the call takes */
	if (len > ARGS_LARGE || !compat_copy_from_task(rec->args, len, area.start, row->task) ||
	    rec->args[(len - 1) & (ARGS_LARGE - 1)])
		return true;
	rec->head.type = REC_ARGS;
	rec->head.size = sizeof(*rec) + len;
	rec->start_ns = of->start_ns;
	rec->exec_id = of->exec_id;
	rec->tgid = of->tgid;
	rec->args_len = len;
	return put(row->meta, &rec->head, sizeof(*rec) + len);
}

/* task_fill_exe(), unless the process before runs the same file: a prefork server walks once. */
static __always_inline void describe_exe(struct reader *reader, struct task_struct *task)
{
	struct rec_task_info *rec = &reader->info;
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);
	struct walked now = {}, *last = &reader->exe;
	u32 before = rec->task.flags;

	if (!exe)
		return;
	now.from = (u64)BPF_CORE_READ(exe, f_path.dentry);
	now.mnt = (u64)BPF_CORE_READ(exe, f_path.mnt);
	now.inode = BPF_CORE_READ(exe, f_inode, i_ino);
	if (now.from == last->from && now.mnt == last->mnt && now.inode == last->inode) {
		rec->exe_inode = last->inode;
		rec->exe_dev = last->dev;
		rec->exe_len = last->len;
		rec->task.flags |= last->flags;
		return;
	}
	rec->task.flags = 0;
	task_fill_exe(rec, exe);
	now.dev = rec->exe_dev;
	now.len = rec->exe_len;
	now.flags = rec->task.flags;
	rec->task.flags |= before;
	*last = now;
}

static __always_inline void describe_cgroup(struct reader *reader, struct task_struct *task)
{
	struct rec_task_info *rec = &reader->info;
	struct walked now = { .inode = rec->task.cgroup_id }, *last = &reader->cgroup;
	u32 before = rec->task.flags;

	now.from = (u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
	if (now.from == last->from && now.inode == last->inode) {
		rec->cgroup_len = last->len;
		rec->task.flags |= last->flags;
		return;
	}
	rec->task.flags = 0;
	task_fill_cgroup(rec, task);
	now.len = rec->cgroup_len;
	now.flags = rec->task.flags;
	rec->task.flags |= before;
	*last = now;
}

static __always_inline bool tell_holder_task(const struct row *row, const struct rec_task *task)
{
	struct rec_task_info *rec = &row->reader->info;

	if (row->reader->last_tgid == task->tgid && row->reader->last_start_ns == task->start_ns)
		return true;
	__builtin_memset(rec, 0, __builtin_offsetof(struct rec_task_info, exe));
	rec->head.type = REC_TASK;
	rec->head.size = sizeof(*rec);
	rec->task = *task;
	rec->task.flags |= TASK_F_ARGS_UNREAD;
	task_fill_parent(rec, row->task);
	describe_cgroup(row->reader, row->task);
	describe_exe(row->reader, row->task);
	return put(row->meta, &rec->head, sizeof(*rec)) && tell_args(row, &rec->task);
}

#endif
