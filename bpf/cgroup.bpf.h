/* SPDX-License-Identifier: GPL-2.0-only */
/* What both sockops programs do for ports: the one for ports alone, the one for connections too. */
#ifndef PORTTRACE_CGROUP_BPF_H
#define PORTTRACE_CGROUP_BPF_H

#include "account.bpf.h"
#include "core.bpf.h"

#define ALLOW 1

/* With its type known to the verifier, see sock_is_typed(); NULL: it has none of its own yet. */
static __always_inline struct sock *sock_of_ops(struct bpf_sock_ops *ctx)
{
#ifdef BUILD_UNROLLED
	struct bpf_sock_ops_kern *kern = (void *)ctx;

	return BPF_CORE_READ(kern, sk);
#else
	struct bpf_sock *sk = ctx->sk;

	return sk ? (void *)bpf_skc_to_tcp_sock(sk) : (void *)0;
#endif
}

static __always_inline void ops_ask_for_states(struct bpf_sock_ops *ctx)
{
	bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
}

static __always_inline void ops_listen(struct bpf_sock_ops *ctx)
{
	bpf_get_socket_cookie(ctx);
	if (shared.flag_listeners)
		ops_ask_for_states(ctx);
	on_listen(sock_of_ops(ctx), HOOK_SOCKOPS_LISTEN);
}

static __always_inline void ops_unlisten(struct bpf_sock_ops *ctx)
{
	if (ctx->args[0] == BPF_TCP_LISTEN && ctx->args[1] == BPF_TCP_CLOSE)
		on_unlisten(sock_of_ops(ctx), HOOK_SOCKOPS_STATE);
}

#endif
