// SPDX-License-Identifier: GPL-2.0-only
/* Tracepoints for connections, binds and calls; see hook_tracepoint.bpf.c for what the syscall one costs. */
#include "conn.bpf.h"
#include "core.bpf.h"
#include "files.bpf.h"
#include "filter.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * Runs in whatever the CPU was doing, softirq included: since v5.12 the kernel
 * skips a run that would interrupt another of the same program on its CPU. The
 * copy below then sees the step; what both miss is counted by the kernel.
 */
SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(tp_conn_state, struct sock *sk, int old, int new)
{
	if (!conn_step_counts(new) || BPF_CORE_READ(sk, sk_protocol) != PROTO_TCP)
		return 0;
	return on_tcp_state(sk, old, new, HOOK_TP_STATE);
}

SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(tp_conn_state_again, struct sock *sk, int old, int new)
{
	if (!conn_step_counts(new) || BPF_CORE_READ(sk, sk_protocol) != PROTO_TCP)
		return 0;
	return on_tcp_state_again(sk, old, new, HOOK_TP_STATE);
}

/*
 * SCTP calls no other hook: its listeners are told by their state alone, which
 * is set after listen() can no longer fail (net/sctp/socket.c, sctp_listen_start).
 */
SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(tp_sctp, struct sock *sk, int old, int new)
{
	if (BPF_CORE_READ(sk, sk_protocol) != PROTO_SCTP || old == new)
		return 0;
	if (new == BPF_TCP_LISTEN)
		return on_listen(sk, HOOK_SCTP_STATE);
	return old == BPF_TCP_LISTEN ? on_unlisten(sk, HOOK_SCTP_STATE) : 0;
}

/* As sock_of_fd(), with the table's fields as loads: this is once a connection, at each end. */
static __always_inline struct sock *sock_behind(u32 fd)
{
#ifdef BUILD_UNROLLED
	return sock_of_fd(fd);
#else
	struct fdtable *table = compat_current()->files->fdt;

	return fd < table->max_fds ? sock_of_file(file_at(table->fd, fd)) : (void *)0;
#endif
}

static __always_inline int accept_exit(long ret)
{
	return ret < 0 ? 0 : on_accepted(sock_behind(ret), HOOK_SYS_ACCEPT);
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit_accept, struct pt_regs *regs, long ret)
{
	if (!compat_may_be_ours(regs) || compat_syscall_of(regs).kind != SYSCALL_ACCEPT)
		return 0;
	return accept_exit(ret);
}

_Static_assert((int)SYSCALL_BIND == (int)CALL_BIND && (int)SYSCALL_LISTEN == (int)CALL_LISTEN &&
		       (int)SYSCALL_CONNECT == (int)CALL_CONNECT,
	       "the kinds of calls are those of records");

/* One program for all of them: each more on this tracepoint costs every system call. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_calls, struct pt_regs *regs, long ret)
{
	struct compat_syscall call;
	u32 op, kind;

	if (!compat_may_be_ours(regs))
		return 0;
	call = compat_syscall_of(regs);
	if (call.kind == SYSCALL_ACCEPT)
		return shared.accept_hooked ? accept_exit(ret) : 0;
	kind = call.kind;
	/* A copy the verifier knows nothing of: it would follow what comes once for each kind. */
	if (bpf_probe_read_kernel(&op, sizeof(op), &kind))
		return 0;
	return op > CALL_NONE && op < CALL_MAX ?
		       on_call_end(sock_behind(call.fd), op, ret, HOOK_SYS_CALL) :
		       0;
}

/* The descendants of a process that is asked for are asked for, from their first moment. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(tp_fork, struct task_struct *parent, struct task_struct *child)
{
	filter_follow(BPF_CORE_READ(parent, tgid), BPF_CORE_READ(child, tgid));
	return 0;
}

/* Not at its exit: that comes before the close of its descriptors (kernel/exit.c, do_exit). */
SEC("?tp_btf/sched_process_free")
int BPF_PROG(tp_free, struct task_struct *task)
{
	if (BPF_CORE_READ(task, pid) == BPF_CORE_READ(task, tgid))
		filter_drop(BPF_CORE_READ(task, tgid));
	return 0;
}
