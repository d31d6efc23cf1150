// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of hook_fentry.bpf.c and hook_fentry_conn.bpf.c by kprobes,
 * where trampolines are missing or refused. A return has no arguments: the
 * entry puts aside what the call is about.
 */
#include "calls.bpf.h"
#include "conn.bpf.h"
#include "core.bpf.h"
#include "files.bpf.h"
#include <bpf/bpf_tracing.h>

/* --- ports ------------------------------------------------------------------ */

SEC("?kprobe/inet_csk_listen_start")
int BPF_KPROBE(kp_listen_start, struct sock *sk)
{
	call_put(sk, CALL_LISTEN_START);
	return 0;
}

SEC("?kretprobe/inet_csk_listen_start")
int BPF_KRETPROBE(kp_listen_started)
{
	struct sock *sk = call_take(CALL_LISTEN_START);

	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_LISTEN)
		return 0;
	return on_listen(sk, HOOK_LISTEN_START);
}

SEC("?kprobe/inet_csk_listen_stop")
int BPF_KPROBE(kp_listen_stop, struct sock *sk)
{
	return on_unlisten(sk, HOOK_LISTEN_STOP);
}

SEC("?kprobe/udp_destroy_sock")
int BPF_KPROBE(kp_udp_destroy4, struct sock *sk)
{
	return on_release(sk, HOOK_UDP_DESTROY);
}

SEC("?kprobe/udpv6_destroy_sock")
int BPF_KPROBE(kp_udp_destroy6, struct sock *sk)
{
	return on_release(sk, HOOK_UDP_DESTROY);
}

/* --- connections ------------------------------------------------------------ */

SEC("?kprobe/tcp_set_state")
int BPF_KPROBE(kp_tcp_state, struct sock *sk, int new)
{
	if (!conn_step_counts(new))
		return 0;
	return on_tcp_state(sk, BPF_CORE_READ(sk, __sk_common.skc_state), new, HOOK_TCP_STATE);
}

SEC("?kprobe/security_sock_graft")
int BPF_KPROBE(kp_accept, struct sock *sk)
{
	return on_accepted(sk, HOOK_ACCEPT);
}

SEC("?kprobe/udp_destroy_sock")
int BPF_KPROBE(kp_udp_gone4, struct sock *sk)
{
	on_release(sk, HOOK_UDP_DESTROY);
	return on_conn_released(sk, HOOK_UDP_DESTROY);
}

SEC("?kprobe/udpv6_destroy_sock")
int BPF_KPROBE(kp_udp_gone6, struct sock *sk)
{
	on_release(sk, HOOK_UDP_DESTROY);
	return on_conn_released(sk, HOOK_UDP_DESTROY);
}

SEC("?kprobe/inet_autobind")
int BPF_KPROBE(kp_autobind_begin, struct sock *sk)
{
	call_put(sk, CALL_AUTOBIND);
	return 0;
}

SEC("?kretprobe/inet_autobind")
int BPF_KRETPROBE(kp_autobind, int ret)
{
	struct sock *sk = call_take(CALL_AUTOBIND);

	return ret || !sk ? 0 : on_autobound(sk, HOOK_AUTOBIND);
}

/* --- calls ------------------------------------------------------------------ */

SEC("?kprobe/__sys_connect_file")
int BPF_KPROBE(kp_connect_begin, struct file *file, void *address)
{
	return on_call_begin(sock_of_file(file), CALL_CONNECT, address);
}

SEC("?kretprobe/__sys_connect_file")
int BPF_KRETPROBE(kp_connect, int ret)
{
	return on_call_end((void *)0, CALL_CONNECT, ret, HOOK_CONNECT);
}

SEC("?kprobe/__sys_bind")
int BPF_KPROBE(kp_sys_bind_begin, int fd)
{
	return on_call_begin(sock_of_fd(fd), CALL_BIND, (void *)0);
}

SEC("?kretprobe/__sys_bind")
int BPF_KRETPROBE(kp_sys_bind, int ret)
{
	return on_call_end((void *)0, CALL_BIND, ret, HOOK_BIND);
}

SEC("?kprobe/__sys_listen")
int BPF_KPROBE(kp_sys_listen_begin, int fd)
{
	return on_call_begin(sock_of_fd(fd), CALL_LISTEN, (void *)0);
}

SEC("?kretprobe/__sys_listen")
int BPF_KRETPROBE(kp_sys_listen, int ret)
{
	return on_call_end((void *)0, CALL_LISTEN, ret, HOOK_LISTEN);
}

/* For io_uring: in a system call the entries above have put it aside already. */
SEC("?kprobe/__sys_bind_socket")
int BPF_KPROBE(kp_bind_begin, struct socket *socket, void *address)
{
	if (!called_by_io_uring())
		return 0;
	return on_call_begin(BPF_CORE_READ(socket, sk), CALL_BIND, address);
}

SEC("?kretprobe/__sys_bind_socket")
int BPF_KRETPROBE(kp_bind, int ret)
{
	if (!called_by_io_uring())
		return 0;
	return on_call_end((void *)0, CALL_BIND, ret, HOOK_BIND);
}

SEC("?kprobe/__sys_listen_socket")
int BPF_KPROBE(kp_listen_begin, struct socket *socket)
{
	if (!called_by_io_uring())
		return 0;
	return on_call_begin(BPF_CORE_READ(socket, sk), CALL_LISTEN, (void *)0);
}

SEC("?kretprobe/__sys_listen_socket")
int BPF_KRETPROBE(kp_listen, int ret)
{
	if (!called_by_io_uring())
		return 0;
	return on_call_end((void *)0, CALL_LISTEN, ret, HOOK_LISTEN);
}
