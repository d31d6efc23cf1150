// SPDX-License-Identifier: GPL-2.0-only
/* Cgroup programs for connections, binds and calls; see hook_cgroup.bpf.c for why they are preferred. */
#include "asked.bpf.h"
#include "cgroup.bpf.h"
#include "conn.bpf.h"

/*
 * A SYN is about to go out (net/ipv4/tcp_output.c, tcp_connect), in the
 * connecting process, with the final local port.
 */
static __always_inline void ops_connecting(struct bpf_sock_ops *ctx)
{
	struct sock *sk = sock_of_ops(ctx);

	bpf_get_socket_cookie(ctx);
	ops_ask_for_states(ctx);
	on_tcp_state(sk, BPF_TCP_CLOSE, BPF_TCP_SYN_SENT, HOOK_SOCKOPS_CONN);
}

/*
 * A new socket of a listener, right before it becomes ESTABLISHED, which is
 * then the first step it calls back for (net/ipv4/tcp_input.c, tcp_rcv_state_process).
 */
static __always_inline void ops_accepting(struct bpf_sock_ops *ctx)
{
	bpf_get_socket_cookie(ctx);
	ops_ask_for_states(ctx);
}

/* In place of cg_sockops where connections are asked for: two programs would double the calls. */
SEC("?sockops")
int cg_sockops_conn(struct bpf_sock_ops *ctx)
{
	switch (ctx->op) {
	case BPF_SOCK_OPS_STATE_CB:
		if (!conn_step_counts(ctx->args[1]))
			break;
		/* The step first: it is that of a port which is still open. */
		on_tcp_state(sock_of_ops(ctx), ctx->args[0], ctx->args[1], HOOK_SOCKOPS_CONN);
		ops_unlisten(ctx);
		break;
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		ops_connecting(ctx);
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		ops_accepting(ctx);
		break;
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		ops_listen(ctx);
		on_tcp_state(sock_of_ops(ctx), BPF_TCP_CLOSE, BPF_TCP_LISTEN, HOOK_SOCKOPS_CONN);
		break;
	default:
		break;
	}
	return ALLOW;
}

/* In place of cg_post_bind4 and 6 where binds are asked for. */
static __always_inline int bound(struct bpf_sock *ctx)
{
	bpf_get_socket_cookie(ctx);
	if (sock_is_udp(ctx->protocol))
		on_udp_bound((void *)ctx, HOOK_POST_BIND, take_asked());
	else if (ctx->protocol == PROTO_TCP)
		on_tcp_bound((void *)ctx, HOOK_POST_BIND);
	return ALLOW;
}

SEC("?cgroup/post_bind4")
int cg_bound4(struct bpf_sock *ctx)
{
	return bound(ctx);
}

SEC("?cgroup/post_bind6")
int cg_bound6(struct bpf_sock *ctx)
{
	return bound(ctx);
}

/*
 * In place of cg_sock_release: also the end of a UDP socket with a peer, and of
 * a connection from before, where its steps do not call back.
 */
SEC("?cgroup/sock_release")
int cg_conn_release(struct bpf_sock *ctx)
{
	bool udp = sock_is_udp(ctx->protocol), listens = ctx->state == BPF_TCP_LISTEN;

	/* A connection of TCP, whose last step is seen: what most of these are. */
	if (!udp && !listens && !shared.ends_by_release)
		return ALLOW;
	bpf_get_socket_cookie(ctx);
	if (listens || udp)
		on_release(sock_with_port((void *)ctx), HOOK_SOCK_RELEASE);
	if (!listens)
		on_conn_released((void *)ctx, HOOK_SOCK_RELEASE);
	return ALLOW;
}

/*
 * A bind or a connect begins: what it asks for, from the kernel's copy of the
 * address, so that a failure can say it. The call's end comes by sys_exit.
 */
static __always_inline int begins(struct bpf_sock_addr *ctx, u32 op)
{
	struct bpf_sock_addr_kern *kern = (void *)ctx;

	on_call_begin(BPF_CORE_READ(kern, sk), op, BPF_CORE_READ(kern, uaddr));
	return ALLOW;
}

/* These two also in place of cg_asks4 and 6. */
SEC("?cgroup/bind4")
int cg_bind4(struct bpf_sock_addr *ctx)
{
	note_asked(ctx);
	return begins(ctx, CALL_BIND);
}

SEC("?cgroup/bind6")
int cg_bind6(struct bpf_sock_addr *ctx)
{
	note_asked(ctx);
	return begins(ctx, CALL_BIND);
}

SEC("?cgroup/connect4")
int cg_connect4(struct bpf_sock_addr *ctx)
{
	return begins(ctx, CALL_CONNECT);
}

SEC("?cgroup/connect6")
int cg_connect6(struct bpf_sock_addr *ctx)
{
	return begins(ctx, CALL_CONNECT);
}
