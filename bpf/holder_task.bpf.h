/* SPDX-License-Identifier: GPL-2.0-only */
/* The description of a process that holds a socket: its paths and its arguments. */
#ifndef PORTTRACE_HOLDER_TASK_BPF_H
#define PORTTRACE_HOLDER_TASK_BPF_H

#include "args.bpf.h"
#include "reader.bpf.h"
#include "task.bpf.h"

#define ARGS_ROOM (sizeof(struct rec_args) + ARGS_LARGE)

/*
 * Right behind the description, at rec, where there is room for the longest. What was not read
 * the reader asks /proc for: more than there is room for, a page that is not in memory, or a title
 * that grew beyond the arguments, which then do not end with NUL (setproctitle; fs/proc/base.c).
 */
static __always_inline void tell_args(struct reader *reader, struct rec_args *rec,
				      struct task_struct *task, const struct rec_task *of)
{
	struct args_area area = args_of(task);
	u64 len = area.len;

	if (!config.args || !len || len > ARGS_LARGE)
		return;
	__builtin_memset(rec, 0, sizeof(*rec));
	asm volatile("" : "+r"(len)); /* keep the bound in the register the call takes */
	if (len > ARGS_LARGE || !compat_copy_from_task(rec->args, len, area.start, task) ||
	    rec->args[(len - 1) & (ARGS_LARGE - 1)])
		return;
	rec->head.type = REC_ARGS;
	rec->head.size = sizeof(*rec) + ((len + 7) & ~7ULL);
	rec->start_ns = of->start_ns;
	rec->exec_id = of->exec_id;
	rec->tgid = of->tgid;
	rec->args_len = len;
	page_took(reader, rec->head.size);
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

/* Behind the rows that name it. False: the page is full. */
static __always_inline bool tell_holder_task(struct reader *reader, struct task_struct *task)
{
	struct rec_task_info *rec = &reader->info;
	const struct rec_task *of = &reader->now.rec;
	void *room;

	if (reader->last_tgid == of->tgid && reader->last_start_ns == of->start_ns)
		return true;
	room = page_room(reader, sizeof(*rec) + ARGS_ROOM);
	if (!room)
		return false;
	__builtin_memset(rec, 0, __builtin_offsetof(struct rec_task_info, exe));
	rec->head.type = REC_TASK;
	rec->head.size = sizeof(*rec);
	rec->task = *of;
	rec->task.flags |= TASK_F_ARGS_UNREAD;
	task_fill_parent(rec, task);
	describe_cgroup(reader, task);
	describe_exe(reader, task);
	bpf_probe_read_kernel(room, sizeof(*rec), rec);
	page_took(reader, sizeof(*rec));
	tell_args(reader, room + sizeof(*rec), task, of);
	reader->last_tgid = of->tgid;
	reader->last_start_ns = of->start_ns;
	return true;
}

#endif
