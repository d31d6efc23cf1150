// SPDX-License-Identifier: GPL-2.0-only
/* Function entries, where the kernel allows them (CONFIG_FUNCTION_TRACER, x86 and others). */
#include "core.bpf.h"
#include <bpf/bpf_tracing.h>

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
