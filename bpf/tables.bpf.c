// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of TCP and UDP, of one network namespace: also what no process has a descriptor of
 * (kernel listeners, descriptors in flight, fixed files of io_uring). And the TCP listeners of all
 * namespaces. The reader joins their rows with those of holders.bpf.c by the socket's address.
 */
#define MAPS_LIVE_HERE
#ifndef BUILD_UNROLLED
#include "listeners.bpf.h"
#endif
#include "maps.bpf.h"
#include "noted.bpf.h"
#include "row.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* tcp(7) has no such option; uapi/linux/bpf.h has it since v6.12. */
#define SOL_TCP 6
#ifndef TCP_BPF_SOCK_OPS_CB_FLAGS
#define TCP_BPF_SOCK_OPS_CB_FLAGS 1008
#endif

/* 1: a listener could not be flagged (the option came later than the helper). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} flag_refused SEC(".maps");

static __always_inline bool put(struct bpf_iter_meta *meta, struct rec_head *head, u32 size)
{
	return bpf_seq_write(meta->seq, head, size) == 0;
}

static __always_inline bool open_socket_row(struct bpf_iter_meta *meta, struct sock *sk)
{
	struct rec_open_socket rec = { .head = { REC_SOCKET, 0, sizeof(rec) } };

	if (row_fill(&rec, sk, (void *)0, true, false) != ROW_FILLED || !is_of_port(&rec.sock, sk))
		return false;
	rec.found.inode = sock_inode(sk);
	rec.time_ns = bpf_ktime_get_boot_ns();
	put(meta, &rec.head, sizeof(rec));
	return true;
}

/*
 * A connection that is not accepted yet, or that is over: less than a socket,
 * nothing behind struct sock_common is there. In the words of ss(8)
 * (net/ipv4/tcp_diag.c): the state that a request or a time-wait stands for.
 */
static __always_inline void mini_socket_row(struct bpf_iter_meta *meta, struct sock_common *skc)
{
	struct rec_open_socket rec = { .head = { REC_SOCKET, 0, sizeof(rec) } };
	struct inet_timewait_sock *over = (void *)skc;
	struct sock_facts facts = { .proto = PROTO_TCP };
	u64 aligned[SOCK_COMMON_SIZE / sizeof(u64)];
	const void *raw = aligned;
	const struct net *net;

	if (!config.conn_rows || bpf_probe_read_kernel(aligned, sizeof(aligned), skc))
		return;
	net = COMMON_NET(raw);
	facts.netns = BPF_CORE_READ(net, ns.inum);
	sock_fill_common(&rec.sock, (struct sock *)skc, raw, &facts);
	sock_fill_remote(rec.found.remote_addr, &rec.found.remote_port, rec.sock.family, raw);
	rec.sock.flags = SOCK_F_CONNECTED;
	rec.sock.state = rec.sock.state == TCP_STATE_TIME_WAIT ? BPF_CORE_READ(over, tw_substate) :
								 TCP_STATE_SYN_RECV;
	rec.time_ns = bpf_ktime_get_boot_ns();
	put(meta, &rec.head, sizeof(rec));
}

static __always_inline bool is_mini(u8 state)
{
	return state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV;
}

SEC("iter/tcp")
int snap_tcp(struct bpf_iter__tcp *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct sock_common *skc = ctx->sk_common;
	u8 state;

	if (!skc)
		return 0;
	state = skc->skc_state;
	if (state != TCP_STATE_LISTEN && !config.conn_rows)
		return 0;
	if (was_told((struct sock *)skc, compat_make_cookie((struct sock *)skc)))
		return 0;
	if (is_mini(state))
		mini_socket_row(meta, skc);
	else
		open_socket_row(meta, (struct sock *)skc);
	return 0;
}

/*
 * The same, and asks for a call when a listener older than the trace leaves
 * LISTEN by shutdown or SOCK_DESTROY: cgroup programs see no other sign of it.
 * bpf_setsockopt() is allowed here since v5.14, this option since v6.12.
 */
SEC("?iter/tcp")
int snap_tcp_flag(struct bpf_iter__tcp *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp = (void *)skc;
	u32 zero = 0, one = 1;
	int flags;

	if (!skc)
		return 0;
	if (skc->skc_state == TCP_STATE_LISTEN) {
		compat_make_cookie((struct sock *)skc);
		if (!open_socket_row(meta, (struct sock *)skc))
			return 0;
	} else if (!config.conns || skc->skc_state != TCP_STATE_ESTABLISHED) {
		return 0;
	}
	flags = BPF_CORE_READ(tp, bpf_sock_ops_cb_flags);
	if (flags & BPF_SOCK_OPS_STATE_CB_FLAG)
		return 0;
	flags |= BPF_SOCK_OPS_STATE_CB_FLAG;
	if (bpf_setsockopt(skc, SOL_TCP, TCP_BPF_SOCK_OPS_CB_FLAGS, &flags, sizeof(flags)))
		bpf_map_update_elem(&flag_refused, &zero, &one, BPF_ANY);
	return 0;
}

SEC("iter/udp")
int snap_udp(struct bpf_iter__udp *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct udp_sock *udp = ctx->udp_sk;

	if (!udp)
		return 0;
	if (was_told(&udp->inet.sk, compat_make_cookie(&udp->inet.sk)))
		return 0;
	open_socket_row(meta, &udp->inet.sk);
	return 0;
}

#ifndef BUILD_UNROLLED
/* Those of all namespaces, where pointers can be cast and nothing but ports is asked for. */
SEC("?iter/bpf_map_elem")
int snap_listeners(struct bpf_iter__bpf_map_elem *ctx)
{
	struct listener_part *part = ctx->value;
	u32 *index = ctx->key;

	if (index && part)
		tell_listeners(ctx->meta, *index, part);
	return 0;
}
#endif
