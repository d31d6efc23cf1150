/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel drift: every place where kernels 5.10 and newer differ in a field we
 * read, each with the commit or release that changed it.
 */
#ifndef PORTTRACE_COMPAT_BPF_H
#define PORTTRACE_COMPAT_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* linux/sched.h, the same value on every kernel in range */
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000

/*
 * The running task. Since v5.11 as a pointer whose type the verifier knows, so
 * that a field is a load and not a call; the build for older kernels reads
 * each by a call. TASK_FIELD() is for fields of the task itself.
 */
#ifdef BUILD_UNROLLED
#define TASK_FIELD(task, field) BPF_CORE_READ(task, field)
static __always_inline struct task_struct *compat_current(void)
{
	return (void *)bpf_get_current_task();
}

/* bpf_get_socket_cookie() came to tracing programs with v5.12. */
static __always_inline void compat_make_cookie(struct sock *sk)
{
}
#else
/* Gives the socket a cookie, if it has none. */
static __always_inline void compat_make_cookie(struct sock *sk)
{
	bpf_get_socket_cookie(sk);
}

#define TASK_FIELD(task, field) ((task)->field)
static __always_inline struct task_struct *compat_current(void)
{
	return bpf_get_current_task_btf();
}
#endif

/*
 * Calls step(index, ctx) n times, at most max (a constant), or until it returns
 * 1. A callback where the kernel has bpf_loop() (v5.17): the verifier then looks
 * at one step. Elsewhere it follows every one, and a callback's address alone
 * fails the load before v5.13; so there are two builds of each object, and
 * user/trace picks.
 */
#ifdef BUILD_UNROLLED
#define STEP static __always_inline
#define WALK(n, max, step, ctx)                                              \
	for (u32 i_ = 0; i_ < (max) && i_ < (n) && !step(i_, (ctx)); i_++) { \
	}
#else
#define STEP static
#define WALK(n, max, step, ctx) bpf_loop((n), step, (ctx), 0)
#endif

/* v6.15, "kernfs: Use RCU to access kernfs_node::parent": parent became __parent. */
static __always_inline struct kernfs_node *compat_kernfs_parent(struct kernfs_node *kn)
{
	struct kernfs_node___v615 *renamed = (void *)kn;

	if (bpf_core_field_exists(renamed->__parent))
		return (struct kernfs_node *)BPF_CORE_READ(renamed, __parent);
	return BPF_CORE_READ(kn, parent);
}

/* CONFIG_MPTCP=n: neither the flag nor the type is there. */
static __always_inline bool compat_is_mptcp_subflow(struct sock *sk)
{
	struct tcp_sock *tp = (void *)sk;

	if (!bpf_core_field_exists(tp->is_mptcp))
		return false;
	return BPF_CORE_READ(tp, is_mptcp);
}

static __always_inline struct sock *compat_mptcp_first(struct sock *sk)
{
	struct mptcp_sock *msk = (void *)sk;

	if (!bpf_core_field_exists(msk->first))
		return (void *)0;
	return BPF_CORE_READ(msk, first);
}

/* The call's number and first argument, from the registers a sys_exit tracepoint hands over. */
struct compat_syscall {
	long nr;
	u32 fd;
};

static __always_inline struct compat_syscall compat_syscall_of(struct pt_regs *regs)
{
	struct compat_syscall call = {};
#if defined(__TARGET_ARCH_x86)
	call.nr = BPF_CORE_READ(regs, orig_ax);
	call.fd = BPF_CORE_READ(regs, di);
#elif defined(__TARGET_ARCH_arm64)
	struct pt_regs___arm64 *arm = (void *)regs;

	call.nr = BPF_CORE_READ(arm, syscallno);
	call.fd = BPF_CORE_READ(arm, orig_x0);
#else
	call.nr = -1;
#endif
	return call;
}

#if defined(__TARGET_ARCH_x86)
#define NR_bind 49
#define NR_listen 50
#else /* asm-generic/unistd.h */
#define NR_bind 200
#define NR_listen 201
#endif

#endif
