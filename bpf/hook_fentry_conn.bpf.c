// SPDX-License-Identifier: GPL-2.0-only
/* Function entries and exits for connections, binds and calls: each runs for its own alone. */
#include "calls.bpf.h"
#include "conn.bpf.h"
#include "core.bpf.h"
#include "files.bpf.h"
#include <bpf/bpf_tracing.h>

/* Every step but those into LISTEN and SYN_RECV (net/ipv4/tcp.c). */
SEC("?fentry/tcp_set_state")
int BPF_PROG(fe_tcp_state, struct sock *sk, int new)
{
	if (!conn_step_counts(new))
		return 0;
	return on_tcp_state(sk, BPF_CORE_READ(sk, __sk_common.skc_state), new, HOOK_TCP_STATE);
}

/*
 * Called when a socket from a listener gets its descriptor's half, in the
 * accepting thread whichever way it came (net/ipv4/af_inet.c, __inet_accept;
 * include/net/sock.h, sock_graft), also one that was blocked before we attached.
 */
SEC("?fentry/security_sock_graft")
int BPF_PROG(fe_accept, struct sock *sk)
{
	return on_accepted(sk, HOOK_ACCEPT);
}

SEC("?fexit/__sys_connect_file")
int BPF_PROG(fe_connect, struct file *file, void *address, int len, int flags, int ret)
{
	struct sock *sk = sock_of_file(file);

	if (ret < 0)
		on_call_begin(sk, CALL_CONNECT, address);
	return on_call_end(sk, CALL_CONNECT, ret, HOOK_CONNECT);
}

/*
 * A system call, 32-bit ones too, of every family and with every error
 * (net/socket.c). Its descriptor is looked up again: another thread may have
 * put something else there, of which then nothing is told.
 */
SEC("?fexit/__sys_bind")
int BPF_PROG(fe_sys_bind, int fd, void *address, int len, int ret)
{
	return on_call_end(sock_of_fd(fd), CALL_BIND, ret, HOOK_BIND);
}

SEC("?fexit/__sys_listen")
int BPF_PROG(fe_sys_listen, int fd, int backlog, int ret)
{
	return on_call_end(sock_of_fd(fd), CALL_LISTEN, ret, HOOK_LISTEN);
}

/*
 * Since v6.11, for io_uring. For the system call they are part of the functions
 * above, mostly inlined there: those tell it.
 */
SEC("?fexit/__sys_bind_socket")
int BPF_PROG(fe_bind, struct socket *socket, void *address, int len, int ret)
{
	if (!called_by_io_uring())
		return 0;
	return on_call_end(BPF_CORE_READ(socket, sk), CALL_BIND, ret, HOOK_BIND);
}

SEC("?fexit/__sys_listen_socket")
int BPF_PROG(fe_listen, struct socket *socket, int backlog, int ret)
{
	if (!called_by_io_uring())
		return 0;
	return on_call_end(BPF_CORE_READ(socket, sk), CALL_LISTEN, ret, HOOK_LISTEN);
}

/* UDP alone comes here with a family of ours: TCP picks its port in connect itself. */
SEC("?fexit/inet_autobind")
int BPF_PROG(fe_autobind, struct sock *sk, int ret)
{
	return ret ? 0 : on_autobound(sk, HOOK_AUTOBIND);
}

/* In place of fe_udp_destroy4 and 6 where the ends of connections are asked for. */
SEC("?fentry/udp_destroy_sock")
int BPF_PROG(fe_udp_gone4, struct sock *sk)
{
	on_release(sk, HOOK_UDP_DESTROY);
	return on_conn_released(sk, HOOK_UDP_DESTROY);
}

SEC("?fentry/udpv6_destroy_sock")
int BPF_PROG(fe_udp_gone6, struct sock *sk)
{
	on_release(sk, HOOK_UDP_DESTROY);
	return on_conn_released(sk, HOOK_UDP_DESTROY);
}
