// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints, for what the cheaper hooks of a kernel lack. The syscall one
 * slows every syscall of every process, so it is attached only when asked for
 * or when nothing else gives the event.
 */
#include "core.bpf.h"
#include "files.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * LISTEN to CLOSE runs in the closing process (tcp_close, tcp_disconnect), with
 * preemption off before v7, so the recursion guard never skips it there.
 */
SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(tp_state, struct sock *sk, int old, int new)
{
	if (old != BPF_TCP_LISTEN || new != BPF_TCP_CLOSE)
		return 0;
	return on_unlisten(sk, HOOK_TP_STATE);
}

/* The socket that a call of this kind succeeded on; NULL: it is another, or failed. */
static __always_inline struct sock *succeeded(struct pt_regs *regs, long ret, enum call_kind kind)
{
	struct compat_syscall call;

	if (ret || !compat_may_be_ours(regs))
		return (void *)0;
	call = compat_syscall_of(regs);
	return call.kind == kind ? sock_of_fd(call.fd) : (void *)0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit_listen, struct pt_regs *regs, long ret)
{
	struct sock *sk = succeeded(regs, ret, SYSCALL_LISTEN);

	/* Another thread may have put something else behind the descriptor. */
	if (sk && BPF_CORE_READ(sk, __sk_common.skc_state) == TCP_STATE_LISTEN)
		on_listen(sock_with_port(sk), HOOK_SYS_LISTEN);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit_bind, struct pt_regs *regs, long ret)
{
	struct sock *sk = succeeded(regs, ret, SYSCALL_BIND);

	if (sk && sock_is_udp(BPF_CORE_READ(sk, sk_protocol)) &&
	    BPF_CORE_READ(sk, __sk_common.skc_num))
		on_udp_bound(sk, HOOK_SYS_BIND, AS_SOCKET_SAYS);
	return 0;
}
