/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket to tuple. The kernel's socket is the truth; user memory is never read for it. */
#ifndef PORTTRACE_SOCK_BPF_H
#define PORTTRACE_SOCK_BPF_H

#include "abi.h"
#include "compat.bpf.h"

#define AF_INET 2
#define AF_INET6 10
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_UDPLITE 136
#define PROTO_MPTCP 262
#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_CLOSE 7
#define TCP_STATE_LISTEN 10

static __always_inline bool sock_is_udp(u16 proto)
{
	return proto == PROTO_UDP || proto == PROTO_UDPLITE;
}

/*
 * The socket that has the port. An MPTCP listener owns a kernel-made TCP
 * subflow which is hashed and accepts (net/mptcp/protocol.c, mptcp_listen);
 * that one is followed, and this maps the descriptor's socket to it.
 */
static __always_inline struct sock *sock_with_port(struct sock *sk)
{
	if (BPF_CORE_READ(sk, sk_protocol) == PROTO_MPTCP)
		return compat_mptcp_first(sk);
	return sk;
}

/*
 * The cookie as the socket holds it: 0 until somebody asked for it
 * (net/core/sock_diag.c, __sock_gen_cookie). Programs whose type has
 * bpf_get_socket_cookie() call that first, which makes one.
 */
static __always_inline u64 sock_cookie(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
}

#define SOCKFS_MAGIC 0x534F434B /* linux/magic.h */
#define MODE_TYPE 0170000       /* linux/stat.h */
#define MODE_SOCKET 0140000

/* bpf_sock_from_file() came with v5.11; this asks the same of the inode. */
static __always_inline bool file_is_socket(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	return (BPF_CORE_READ(inode, i_mode) & MODE_TYPE) == MODE_SOCKET &&
	       BPF_CORE_READ(inode, i_sb, s_magic) == SOCKFS_MAGIC;
}

static __always_inline u8 sock_flags(struct sock *sk, u16 proto)
{
	u8 flags = 0;

	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuseport))
		flags |= SOCK_F_REUSEPORT;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only))
		flags |= SOCK_F_V6ONLY;
	if (proto == PROTO_TCP && compat_is_mptcp_subflow(sk))
		flags |= SOCK_F_MPTCP;
	else if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock))
		flags |= SOCK_F_KERNEL;
	return flags;
}

/* Fills out (zeroed by the caller) with what sk is now. */
static __always_inline void sock_fill(struct rec_socket *out, struct sock *sk)
{
	struct sock_common *skc = &sk->__sk_common;

	out->sk = (u64)sk;
	out->cookie = sock_cookie(sk);
	out->netns = BPF_CORE_READ(skc, skc_net.net, ns.inum);
	out->ifindex = BPF_CORE_READ(skc, skc_bound_dev_if);
	out->backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
	/* skc_num is set where inet_sport is not yet (cgroup/post_bind). */
	out->port = BPF_CORE_READ(skc, skc_num);
	out->family = BPF_CORE_READ(skc, skc_family);
	out->proto = BPF_CORE_READ(sk, sk_protocol);
	out->state = BPF_CORE_READ(skc, skc_state);
	out->flags = sock_flags(sk, out->proto);
	/* For AF_INET6 skc_rcv_saddr holds a hash of the address, not the address. */
	if (out->family == AF_INET6)
		BPF_CORE_READ_INTO(&out->addr, skc, skc_v6_rcv_saddr.in6_u.u6_addr8);
	else
		BPF_CORE_READ_INTO((u32 *)out->addr, skc, skc_rcv_saddr);
}

#endif
