/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket to tuple. The kernel's socket is the truth; user memory is never read for it. */
#ifndef PORTTRACE_TUPLE_BPF_H
#define PORTTRACE_TUPLE_BPF_H

#include "sock.bpf.h"

/*
 * struct sock begins with struct sock_common, of 136 bytes on 64-bit kernels;
 * what is read of it ends with skc_cookie, at 96. One copy is cheaper than a
 * read for each field: those calls were a quarter of what a listen() costs with
 * us watching. The stack of a chain of calls has 512 bytes in all.
 */
#define SOCK_COMMON_SIZE 104

#define COMMON_NET(raw) COMMON_FIELD(raw, const struct net *, skc_net.net)
#define COMMON_FIELD(raw, type, field) \
	(*(type const *)((raw) + bpf_core_field_offset(struct sock_common, field)))

/* Beside the beginning, and the same for as long as a connection lasts. */
struct sock_facts {
	u32 netns;
	u16 proto;
	u8 flags; /* SOCK_F_MPTCP, SOCK_F_KERNEL */
};

static __always_inline struct sock_facts sock_facts_of(struct sock *sk, u32 hook,
						       const struct net *net)
{
	struct sock_facts facts = {
		.netns = BPF_CORE_READ(net, ns.inum),
		.proto = SOCK_FIELD(hook, sk, sk_protocol),
	};

	if (facts.proto == PROTO_TCP && compat_is_mptcp_subflow(sk, sock_is_typed(hook)))
		facts.flags = SOCK_F_MPTCP;
	else if (sock_is_typed(hook) ? BPF_CORE_READ_BITFIELD(sk, sk_kern_sock) :
				       BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock))
		facts.flags = SOCK_F_KERNEL;
	return facts;
}

static __always_inline u8 sock_flags(const struct sock_common *skc)
{
	u8 flags = 0;

	if (BPF_CORE_READ_BITFIELD(skc, skc_reuseport))
		flags |= SOCK_F_REUSEPORT;
	if (BPF_CORE_READ_BITFIELD(skc, skc_reuse))
		flags |= SOCK_F_REUSEADDR;
	if (BPF_CORE_READ_BITFIELD(skc, skc_ipv6only))
		flags |= SOCK_F_V6ONLY;
	return flags;
}

/* For AF_INET6 skc_rcv_saddr holds a hash of the address, not the address; skc_daddr likewise. */
static __always_inline void sock_fill_addr(u8 *out, u16 family, const void *v4, const void *v6)
{
	u32 *addr = (u32 *)out;

	if (family != AF_INET6) {
		addr[0] = *(const u32 *)v4;
		return;
	}
	for (int i = 0; i < 4; i++)
		addr[i] = ((const u32 *)v6)[i];
}

/* What is in struct sock_common, which time-wait and request sockets have, too; and the facts. */
static __always_inline void sock_fill_common(struct rec_socket *out, struct sock *sk,
					     const void *raw, const struct sock_facts *facts)
{
	out->sk = (u64)sk;
	/* 0 until somebody asked for it (net/core/sock_diag.c, __sock_gen_cookie). */
	out->cookie = COMMON_FIELD(raw, u64, skc_cookie.counter);
	out->netns = facts->netns;
	out->ifindex = COMMON_FIELD(raw, u32, skc_bound_dev_if);
	/* skc_num is set where inet_sport is not yet (cgroup/post_bind). */
	out->port = COMMON_FIELD(raw, u16, skc_num);
	out->family = COMMON_FIELD(raw, u16, skc_family);
	out->proto = facts->proto;
	out->state = COMMON_FIELD(raw, u8, skc_state);
	out->flags = sock_flags(raw) | facts->flags;
	sock_fill_addr(out->addr, out->family, &COMMON_FIELD(raw, u32, skc_rcv_saddr),
		       &COMMON_FIELD(raw, u8, skc_v6_rcv_saddr));
}

static __always_inline void sock_fill_from(struct rec_socket *out, struct sock *sk, const void *raw,
					   const struct sock_facts *facts)
{
	sock_fill_common(out, sk, raw, facts);
	/* Of a connection it is the listener's, and of no interest. */
	if (out->state == TCP_STATE_LISTEN)
		out->backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
}

/* The other end, of the same family. */
static __always_inline void sock_fill_remote(u8 *addr, u16 *port, u16 family, const void *raw)
{
	u16 dport = COMMON_FIELD(raw, u16, skc_dport);

	*port = __builtin_bswap16(dport);
	sock_fill_addr(addr, family, &COMMON_FIELD(raw, u32, skc_daddr),
		       &COMMON_FIELD(raw, u8, skc_v6_daddr));
}

#endif
