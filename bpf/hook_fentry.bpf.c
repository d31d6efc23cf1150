// SPDX-License-Identifier: GPL-2.0-only
/*
 * Function entries and exits, where the kernel allows them. They run for what
 * they are about and nothing else: no connection pays for them.
 */
#include "core.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * A first listen, with its final port, whoever asks: a syscall, io_uring, a
 * 32-bit caller, MPTCP, the kernel (net/ipv4/inet_connection_sock.c). v5.17
 * took the second argument away, and with it moved the result; the state tells
 * as much: it is not LISTEN where the port was taken.
 */
SEC("?fexit/inet_csk_listen_start")
int BPF_PROG(fe_listen_start, struct sock *sk)
{
	if (BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_LISTEN)
		return 0;
	compat_make_cookie(sk);
	return on_listen(sk, HOOK_LISTEN_START);
}

/*
 * Every way out of LISTEN comes here right after the state has changed: close,
 * shutdown, connect(AF_UNSPEC), SOCK_DESTROY (net/ipv4/tcp.c, the callers of
 * inet_csk_listen_stop); no connection ever does.
 */
SEC("?fentry/inet_csk_listen_stop")
int BPF_PROG(fe_listen_stop, struct sock *sk)
{
	return on_unlisten(sk, HOOK_LISTEN_STOP);
}

/* A UDP or UDP-Lite socket goes, while it still has its port (net/ipv4/udp.c, net/ipv6/udp.c). */
SEC("?fentry/udp_destroy_sock")
int BPF_PROG(fe_udp_destroy4, struct sock *sk)
{
	return on_release(sk, HOOK_UDP_DESTROY);
}

SEC("?fentry/udpv6_destroy_sock")
int BPF_PROG(fe_udp_destroy6, struct sock *sk)
{
	return on_release(sk, HOOK_UDP_DESTROY);
}
