/* SPDX-License-Identifier: GPL-2.0-only */
/* Task to identity: who it is, what it runs, read at the moment it acts. */
#ifndef PORTTRACE_TASK_BPF_H
#define PORTTRACE_TASK_BPF_H

#include "abi.h"
#include "branchless.bpf.h"
#include "compat.bpf.h"

/*
 * Most paths have fewer than ten components. What is cut here is flagged, and
 * user space asks /proc; the verifier walks each step of each loop.
 */
#define EXE_COMPONENTS 20
#define CGROUP_COMPONENTS 14

static __always_inline u64 task_cgroup_id(struct task_struct *task)
{
	return TASK_PATH(task, cgroups->dfl_cgrp->kn->id, cgroups, dfl_cgrp, kn, id);
}

static __always_inline void task_fill(struct rec_task *out, struct task_struct *task)
{
	struct task_struct *leader = TASK_FIELD(task, group_leader);
	u32 flags = TASK_FIELD(task, flags);

	out->start_ns = TASK_FIELD(leader, start_boottime);
	out->exec_id = TASK_FIELD(task, self_exec_id);
	out->cgroup_id = task_cgroup_id(task);
	out->tgid = TASK_FIELD(task, tgid);
	out->tid = TASK_FIELD(task, pid);
	out->uid = TASK_PATH(task, cred->euid.val, cred, euid.val);
	out->gid = TASK_PATH(task, cred->egid.val, cred, egid.val);
	if (flags & PF_KTHREAD)
		out->flags |= TASK_F_KTHREAD;
	if (flags & PF_EXITING)
		out->flags |= TASK_F_EXITING;
	/* A thread may name itself; an io_uring worker is called iou-wrk-N. */
	compat_comm(out->comm, leader);
}

/*
 * The verifier keeps one state for each range an offset can have, and gives up
 * after a million steps; this makes it forget all but the bound. The compiler
 * may not see through it, or it drops the mask as having no effect.
 */
#define FORGET_RANGE(offset, bound) asm volatile("%0 &= %1" : "+r"(offset) : "i"((bound)-1))

/*
 * Appends the NUL-ended name at dst + at, if wanted is 1 and not 0; dst has
 * NAME_SLACK bytes behind max, a power of two. Returns the offset behind it; a
 * name that cannot be read adds nothing. Without a branch, for the verifier's
 * sake: it would follow each way, at each of the steps below.
 */
static __always_inline u64 path_put(char *dst, const u64 max, u64 at, const void *name, u64 wanted)
{
	u64 size = (wanted & is_below(at, max)) * NAME_SLACK, from = at;

	FORGET_RANGE(from, max);
	return at + or_zero(bpf_probe_read_kernel_str(dst + from, size, name));
}

/*
 * A walk from a leaf up to its root, one step a component. A step at the root
 * changes nothing, so that the build that cannot stop early need not.
 */
struct walk {
	struct rec_task_info *out;
	void *node; /* struct dentry, struct kernfs_node */
	struct mount *mnt;
	u64 len;
	u64 going; /* 1 until the root is reached */
};

/* From the root of a mount to where it is mounted, from anything else to its parent. */
STEP long exe_step(u32 index, void *ctx)
{
	struct walk *walk = ctx;
	struct dentry *dentry = walk->node;
	struct mount *mnt = walk->mnt;
	u64 inside = is_set((u64)dentry ^ (u64)BPF_CORE_READ(mnt, mnt.mnt_root));
	u64 at_parent = (u64)dentry + bpf_core_field_offset(struct dentry, d_parent);
	u64 at_mountpoint = (u64)mnt + bpf_core_field_offset(struct mount, mnt_mountpoint);
	u64 parent_mnt = (u64)BPF_CORE_READ(mnt, mnt_parent);
	u64 next = 0, next_mnt;

	walk->len = path_put(walk->out->exe, EXE_MAX, walk->len, BPF_CORE_READ(dentry, d_name.name),
			     inside & walk->going);
	bpf_probe_read_kernel(&next, sizeof(next),
			      (void *)((at_parent & -inside) | (at_mountpoint & (inside - 1))));
	next_mnt = ((u64)mnt & -inside) | (parent_mnt & (inside - 1));
	/* Neither moved: the root, or that of a tree that is mounted nowhere. */
	walk->going &= is_set((next ^ (u64)dentry) | (next_mnt ^ (u64)mnt));
	walk->node = (void *)next;
	walk->mnt = (void *)next_mnt;
	return !walk->going || walk->len >= EXE_MAX;
}

STEP long cgroup_step(u32 index, void *ctx)
{
	struct walk *walk = ctx;
	struct kernfs_node *kn = walk->node;

	/* Above the root there is nothing to read, which adds nothing. */
	walk->len = path_put(walk->out->cgroup, CGROUP_PATH_MAX, walk->len, BPF_CORE_READ(kn, name),
			     1);
	walk->node = compat_kernfs_parent(kn);
	return !walk->node || walk->len >= CGROUP_PATH_MAX;
}

/*
 * From the file up to the root of its mount namespace, over mount points, as
 * fs/d_path.c prepend_path() does: the host sees a chroot's path in full.
 */
static __always_inline void task_fill_exe(struct rec_task_info *out, struct file *exe)
{
	struct inode *inode = BPF_CORE_READ(exe, f_inode);
	struct dentry *dentry = BPF_CORE_READ(exe, f_path.dentry);
	struct walk walk = { .out = out, .node = dentry, .len = out->exe_len, .going = 1 };

	walk.mnt = (void *)BPF_CORE_READ(exe, f_path.mnt) -
		   bpf_core_field_offset(struct mount, mnt);
	out->exe_inode = BPF_CORE_READ(inode, i_ino);
	out->exe_dev = BPF_CORE_READ(inode, i_sb, s_dev);
	if (!BPF_CORE_READ(inode, i_nlink) || !BPF_CORE_READ(dentry, d_hash.pprev))
		out->task.flags |= TASK_F_EXE_DELETED;
	WALK(EXE_COMPONENTS, EXE_COMPONENTS, exe_step, &walk);
	if (walk.going)
		out->task.flags |= TASK_F_EXE_TRUNCATED;
	out->exe_len = walk.len;
}

static __always_inline void task_fill_cgroup(struct rec_task_info *out, struct task_struct *task)
{
	struct kernfs_node *kn = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);
	struct walk walk = { .out = out, .node = kn, .len = out->cgroup_len };

	if (!kn)
		return;
	WALK(CGROUP_COMPONENTS, CGROUP_COMPONENTS, cgroup_step, &walk);
	if (walk.node)
		out->task.flags |= TASK_F_CGROUP_TRUNCATED;
	out->cgroup_len = walk.len;
}

static __always_inline void task_fill_parent(struct rec_task_info *out, struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, group_leader, real_parent);

	out->ppid = BPF_CORE_READ(parent, tgid);
	BPF_CORE_READ_STR_INTO(&out->parent_comm, parent, group_leader, comm);
}

/* Everything but the arguments. out->task is filled already. */
static __always_inline void task_fill_info(struct rec_task_info *out, struct task_struct *task)
{
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);

	task_fill_parent(out, task);
	task_fill_cgroup(out, task);
	if (exe)
		task_fill_exe(out, exe);
}

#endif
