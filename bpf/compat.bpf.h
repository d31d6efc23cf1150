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
/* Both spellings of a way through pointers: a->b->c, and a, b, c. */
#define TASK_PATH(task, path, ...) BPF_CORE_READ(task, __VA_ARGS__)
static __always_inline struct task_struct *compat_current(void)
{
	return (void *)bpf_get_current_task();
}

static __always_inline void compat_comm(char out[16], struct task_struct *task)
{
	bpf_probe_read_kernel_str(out, 16, task->comm);
}

/* bpf_get_socket_cookie() came to tracing programs with v5.12. */
static __always_inline u64 compat_make_cookie(struct sock *sk)
{
	return 0;
}

static __always_inline u64 compat_make_cookie_of(struct file *file)
{
	return 0;
}

/* bpf_copy_from_user_task() came with v5.18. */
static __always_inline bool compat_copy_from_task(void *dst, u32 size, const void *from,
						  struct task_struct *task)
{
	return false;
}
#else
/* Gives the socket a cookie, if it has none. 0: it could not. */
static __always_inline u64 compat_make_cookie(struct sock *sk)
{
	return bpf_get_socket_cookie(sk);
}

/* That of the socket behind a file. */
static __always_inline u64 compat_make_cookie_of(struct file *file)
{
	struct socket *socket = bpf_sock_from_file(file);

	return socket && socket->sk ? bpf_get_socket_cookie(socket->sk) : 0;
}

/* The memory of another task; in sleepable programs alone. */
static __always_inline bool compat_copy_from_task(void *dst, u32 size, const void *from,
						  struct task_struct *task)
{
	return !bpf_copy_from_user_task(dst, size, from, task, 0);
}

#define TASK_FIELD(task, field) ((task)->field)

/* Behind its end it has zeros since v5.17 (__set_task_comm, strscpy_pad). */
static __always_inline void compat_comm(char out[16], struct task_struct *task)
{
	const u64 *words = (const void *)task->comm;

	((u64 *)out)[0] = words[0];
	((u64 *)out)[1] = words[1];
}
/*
 * Loads, where a connection waits for it (TYPED_WALKS); else calls: at each
 * pointer on the way the verifier looks through all types of the kernel by name,
 * and that is most of the time a start takes.
 */
#ifdef TYPED_WALKS
#define TASK_PATH(task, path, ...) ((task)->path)
#else
#define TASK_PATH(task, path, ...) BPF_CORE_READ(task, __VA_ARGS__)
#endif
static __always_inline struct task_struct *compat_current(void)
{
	return bpf_get_current_task_btf();
}
#endif

/*
 * Calls step(index, ctx) n times, or until it returns 1: where the kernel has
 * bpf_loop() (v5.17), whose step the verifier looks at once. Elsewhere it
 * follows every one, and a callback's address alone fails the load before
 * v5.13; so there are two builds of each object, and user/trace picks. The
 * other one always takes max steps (a constant), since a way out of each would
 * be followed as well: steps beyond n, and beyond the end, must change nothing.
 */
#ifdef BUILD_UNROLLED
#define STEP static __always_inline
#define WALK(n, max, step, ctx)                    \
	({                                         \
		for (u32 i_ = 0; i_ < (max); i_++) \
			step(i_, (ctx));           \
	})
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
static __always_inline bool compat_is_mptcp_subflow(struct sock *sk, bool typed)
{
	struct tcp_sock *tp = (void *)sk;

	if (!bpf_core_field_exists(tp->is_mptcp))
		return false;
	return typed ? tp->is_mptcp : BPF_CORE_READ(tp, is_mptcp);
}

static __always_inline struct sock *compat_mptcp_first(struct sock *sk)
{
	struct mptcp_sock *msk = (void *)sk;

	if (!bpf_core_field_exists(msk->first))
		return (void *)0;
	return BPF_CORE_READ(msk, first);
}

/* What a system call that returns was, whichever way it came in. */
enum call_kind { SYSCALL_OTHER, SYSCALL_BIND, SYSCALL_LISTEN, SYSCALL_CONNECT, SYSCALL_ACCEPT };

struct compat_syscall {
	enum call_kind kind;
	u32 fd; /* its first argument */
};

#if defined(__TARGET_ARCH_x86)
/* arch/x86/include/asm/thread_info.h: a call through a 32-bit entry, by int 0x80 too. */
#define TS_COMPAT 0x0002

/* arch/x86/entry/syscalls/syscall_64.tbl */
static __always_inline enum call_kind syscall_kind(u64 nr)
{
	switch (nr) {
	case 42:
		return SYSCALL_CONNECT;
	case 43:  /* accept */
	case 288: /* accept4 */
		return SYSCALL_ACCEPT;
	case 49:
		return SYSCALL_BIND;
	case 50:
		return SYSCALL_LISTEN;
	default:
		return SYSCALL_OTHER;
	}
}

/* uapi/linux/net.h: the first argument of socketcall(2) */
static __always_inline enum call_kind socketcall_kind(u32 call)
{
	switch (call) {
	case 2:
		return SYSCALL_BIND;
	case 3:
		return SYSCALL_CONNECT;
	case 4:
		return SYSCALL_LISTEN;
	case 5:  /* accept */
	case 18: /* accept4 */
		return SYSCALL_ACCEPT;
	default:
		return SYSCALL_OTHER;
	}
}

/* arch/x86/entry/syscalls/syscall_32.tbl */
#define NR32_socketcall 102

static __always_inline enum call_kind syscall32_kind(u32 nr)
{
	switch (nr) {
	case 361:
		return SYSCALL_BIND;
	case 362:
		return SYSCALL_CONNECT;
	case 363:
		return SYSCALL_LISTEN;
	case 364: /* accept4 */
		return SYSCALL_ACCEPT;
	default:
		return SYSCALL_OTHER;
	}
}

static __always_inline struct compat_syscall compat_syscall32_of(struct pt_regs *regs, u32 nr)
{
	struct compat_syscall call = {};
	const void *args;

	if (nr != NR32_socketcall) {
		call.kind = syscall32_kind(nr);
		call.fd = BPF_CORE_READ(regs, bx);
		return call;
	}
	/* The one number that only user memory has: what is behind it is looked up, not believed. */
	call.kind = socketcall_kind(BPF_CORE_READ(regs, bx));
	args = (const void *)(u64)(u32)BPF_CORE_READ(regs, cx);
	if (bpf_probe_read_user(&call.fd, sizeof(call.fd), args))
		call.kind = SYSCALL_OTHER;
	return call;
}

/*
 * Whether the call may be one of them: by its number alone, in either table,
 * since this is asked at every system call of every process.
 */
static __always_inline bool compat_may_be_ours(struct pt_regs *regs)
{
	u64 nr = regs->orig_ax;

	return nr - 42 < 9 || nr == 288 || nr == NR32_socketcall || nr - 361 < 4;
}

/* From the registers that a sys_exit tracepoint hands over. */
static __always_inline struct compat_syscall compat_syscall_of(struct pt_regs *regs)
{
	struct compat_syscall call = {};
	u64 nr = regs->orig_ax;

	if (TASK_FIELD(compat_current(), thread_info.status) & TS_COMPAT)
		return compat_syscall32_of(regs, nr);
	call.kind = syscall_kind(nr);
	call.fd = regs->di;
	return call;
}
#elif defined(__TARGET_ARCH_arm64)
/* asm-generic/unistd.h */
static __always_inline enum call_kind syscall_kind(u64 nr)
{
	switch (nr) {
	case 200:
		return SYSCALL_BIND;
	case 201:
		return SYSCALL_LISTEN;
	case 202: /* accept */
	case 242: /* accept4 */
		return SYSCALL_ACCEPT;
	case 203:
		return SYSCALL_CONNECT;
	default:
		return SYSCALL_OTHER;
	}
}

static __always_inline bool compat_may_be_ours(struct pt_regs *regs)
{
	struct pt_regs___aarch64 *arm = (void *)regs;
	u64 nr = arm->syscallno;

	return nr - 200 < 4 || nr == 242;
}

static __always_inline struct compat_syscall compat_syscall_of(struct pt_regs *regs)
{
	struct pt_regs___aarch64 *arm = (void *)regs;
	struct compat_syscall call = {};

	call.kind = syscall_kind(arm->syscallno);
	call.fd = arm->orig_x0;
	return call;
}
#else
static __always_inline bool compat_may_be_ours(struct pt_regs *regs)
{
	return false;
}

static __always_inline struct compat_syscall compat_syscall_of(struct pt_regs *regs)
{
	return (struct compat_syscall){ SYSCALL_OTHER, 0 };
}
#endif

/*
 * How a task went into the kernel: from user space, and by which number. Its
 * registers of then lie at the top of its kernel stack; v6.9 keeps two words
 * above them where it is built for FRED (TOP_OF_KERNEL_STACK_PADDING). What is
 * found is checked to be a user's, so that another layout gives no answer
 * instead of a wrong one. bpf_task_pt_regs() is not for cgroup programs.
 */
struct compat_entry {
	bool from_user;
	u32 nr;
};

#if defined(__TARGET_ARCH_x86)
#define KERNEL_STACK_SIZE 16384 /* arch/x86/include/asm/page_64_types.h, THREAD_SIZE */
#define USER_STACK_SEGMENT 0x2b /* arch/x86/include/asm/segment.h, __USER_DS */

/* From orig_ax to ss: the part of pt_regs that the processor lays out. */
struct compat_frame {
	u64 orig_ax, ip, cs, flags, sp, ss;
};

static __always_inline bool compat_entry_at(struct compat_entry *entry, void *top)
{
	struct compat_frame frame = {};

	bpf_probe_read_kernel(&frame, sizeof(frame), top - sizeof(frame));
	if ((u16)frame.ss != USER_STACK_SEGMENT)
		return false;
	entry->from_user = true;
	entry->nr = frame.orig_ax;
	return true;
}

static __always_inline struct compat_entry compat_entry_of(struct task_struct *task)
{
	void *top = (void *)TASK_FIELD(task, stack) + KERNEL_STACK_SIZE;
	struct compat_entry entry = {};

	if (!compat_entry_at(&entry, top))
		compat_entry_at(&entry, top - 2 * sizeof(u64));
	return entry;
}
#elif defined(__TARGET_ARCH_arm64)
#define KERNEL_STACK_SIZE \
	16384              /* arch/arm64/include/asm/memory.h, THREAD_SIZE with pages of 4 KiB */
#define PSR_MODE_MASK 0x0f /* uapi/asm/ptrace.h; EL0 is 0 */

static __always_inline struct compat_entry compat_entry_of(struct task_struct *task)
{
	struct pt_regs___aarch64 *regs = (void *)TASK_FIELD(task, stack) + KERNEL_STACK_SIZE -
					 bpf_core_type_size(struct pt_regs);
	struct compat_entry entry = {};

	/* A thread that never was in user space has zeros here, and no call either. */
	if (BPF_CORE_READ(regs, pstate) & PSR_MODE_MASK || (int)BPF_CORE_READ(regs, syscallno) <= 0)
		return entry;
	entry.from_user = true;
	entry.nr = BPF_CORE_READ(regs, syscallno);
	return entry;
}
#else
static __always_inline struct compat_entry compat_entry_of(struct task_struct *task)
{
	return (struct compat_entry){};
}
#endif

#endif
