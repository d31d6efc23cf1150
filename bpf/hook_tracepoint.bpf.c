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

static __always_inline struct sock *sock_of_fd(u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(compat_current(), files, fdt);

	if (fd >= BPF_CORE_READ(table, max_fds))
		return (void *)0;
	return sock_of_file(file_at(BPF_CORE_READ(table, fd), fd));
}

static __always_inline void after_listen(u32 fd)
{
	struct sock *sk = sock_of_fd(fd);

	/* Another thread may have put something else behind the descriptor. */
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_LISTEN)
		return;
	on_listen(sock_with_port(sk), HOOK_SYS_LISTEN);
}

static __always_inline void after_bind(u32 fd)
{
	struct sock *sk = sock_of_fd(fd);

	if (!sk || !sock_is_udp(BPF_CORE_READ(sk, sk_protocol)))
		return;
	if (BPF_CORE_READ(sk, __sk_common.skc_num))
		on_udp_bound(sk, HOOK_SYS_BIND);
}

/* The descriptor a call of this number succeeded on; false: it is another, or failed. */
static __always_inline bool succeeded(struct pt_regs *regs, long ret, long nr, u32 *fd)
{
	struct compat_syscall call;

	if (ret)
		return false;
	call = compat_syscall_of(regs);
	*fd = call.fd;
	return call.nr == nr;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit_listen, struct pt_regs *regs, long ret)
{
	u32 fd;

	if (succeeded(regs, ret, NR_listen, &fd))
		after_listen(fd);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit_bind, struct pt_regs *regs, long ret)
{
	u32 fd;

	if (succeeded(regs, ret, NR_bind, &fd))
		after_bind(fd);
	return 0;
}
