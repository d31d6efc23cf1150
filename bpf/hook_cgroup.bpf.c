// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroup programs at the root of the cgroup v2 hierarchy: no fentry, kprobe or
 * tracepoint needed, the same on every kernel from 5.10, and none of their
 * runs is ever skipped (no recursion guard).
 */
#define ASKED_LIVES_HERE
#include "account.bpf.h"
#include "asked.bpf.h"
#include "cgroup.bpf.h"
#include "core.bpf.h"

/*
 * TCP_LISTEN_CB comes after a first listen() that succeeded, with the final
 * port (net/ipv4/af_inet.c, __inet_listen_sk), also for io_uring, 32-bit
 * callers and kernel listeners. The flag set here, where no cheaper hook sees
 * it, makes the kernel call back when the socket leaves LISTEN in any way:
 * close, shutdown, SOCK_DESTROY (tcp_set_state); sockets accepted from it
 * inherit the flag and are dropped by the first comparison.
 */
SEC("?sockops")
int cg_sockops(struct bpf_sock_ops *ctx)
{
	if (ctx->op == BPF_SOCK_OPS_STATE_CB)
		ops_unlisten(ctx);
	else if (ctx->op == BPF_SOCK_OPS_TCP_LISTEN_CB)
		ops_listen(ctx);
	return ALLOW;
}

/* A bind begins. Those of parents come behind those of children, which may change the port. */
SEC("?cgroup/bind4")
int cg_asks4(struct bpf_sock_addr *ctx)
{
	note_asked(ctx);
	return ALLOW;
}

SEC("?cgroup/bind6")
int cg_asks6(struct bpf_sock_addr *ctx)
{
	note_asked(ctx);
	return ALLOW;
}

/* After a bind that succeeded (net/ipv4/af_inet.c, __inet_bind). */
static __always_inline int post_bind(struct bpf_sock *ctx)
{
	/* For a later listen, too: not every hook that sees it can make a cookie. */
	bpf_get_socket_cookie(ctx);
	if (!sock_is_udp(ctx->protocol))
		return ALLOW;
	on_udp_bound((void *)ctx, HOOK_POST_BIND, take_asked());
	return ALLOW;
}

SEC("?cgroup/post_bind4")
int cg_post_bind4(struct bpf_sock *ctx)
{
	return post_bind(ctx);
}

SEC("?cgroup/post_bind6")
int cg_post_bind6(struct bpf_sock *ctx)
{
	return post_bind(ctx);
}

/*
 * The last descriptor is gone (inet_release), before the protocol closes it.
 * Runs for every connection's end, so what is no listener and no UDP goes first.
 */
SEC("?cgroup/sock_release")
int cg_sock_release(struct bpf_sock *ctx)
{
	if (ctx->state != BPF_TCP_LISTEN && !sock_is_udp(ctx->protocol))
		return ALLOW;
	bpf_get_socket_cookie(ctx);
	on_release(sock_with_port((void *)ctx), HOOK_SOCK_RELEASE);
	return ALLOW;
}
