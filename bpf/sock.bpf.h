/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of socket this is, and which one has the port. */
#ifndef PORTTRACE_SOCK_BPF_H
#define PORTTRACE_SOCK_BPF_H

#include "abi.h"
#include "compat.bpf.h"

#define AF_INET 2
#define AF_INET6 10
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_UDPLITE 136
#define PROTO_SCTP 132
#define PROTO_MPTCP 262
/* include/net/tcp_states.h */
#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_SYN_RECV 3
#define TCP_STATE_TIME_WAIT 6
#define TCP_STATE_CLOSE 7
#define TCP_STATE_LISTEN 10
#define TCP_STATE_NEW_SYN_RECV 12
#define SHUTDOWN_BOTH 3 /* include/net/sock.h, SHUTDOWN_MASK */

/*
 * Whether a hook's sockets come as pointers whose type the verifier knows: a
 * field is a load then, and a call elsewhere. To be asked with a constant, which
 * the verifier follows through registers alone: each way is for one kind of
 * pointer.
 */
static __always_inline bool sock_is_typed(u32 hook)
{
#ifdef BUILD_UNROLLED
	return false;
#else
	return hook == HOOK_SOCKOPS_CONN;
#endif
}

#define SOCK_FIELD(hook, sk, field) (sock_is_typed(hook) ? (sk)->field : BPF_CORE_READ(sk, field))

static __always_inline bool sock_is_udp(u16 proto)
{
	return proto == PROTO_UDP || proto == PROTO_UDPLITE;
}

#define SOCK_BINDPORT_LOCK 8 /* include/net/sock.h, sk_userlocks: a bind asked for this number */

/*
 * Set at the end of __inet_bind() and __inet6_bind() (net/ipv4/af_inet.c,
 * net/ipv6/af_inet6.c) where the port asked for is not 0, of MPTCP in its subflow
 * (net/mptcp/protocol.c, mptcp_bind). A listen() without a bind leaves it away.
 * SCTP has a bind of its own, which does not keep it.
 */
static __always_inline u32 sock_port_by(struct sock *sk, u16 proto, bool typed)
{
	if (proto != PROTO_TCP && !sock_is_udp(proto))
		return PORT_BY_UNKNOWN;
	if ((typed ? BPF_CORE_READ_BITFIELD(sk, sk_userlocks) :
		     BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks)) &
	    SOCK_BINDPORT_LOCK)
		return PORT_BY_BIND;
	return PORT_BY_KERNEL;
}

/* Whether it is of a protocol that has ports, and that events are about. */
static __always_inline bool is_inet(u16 family, u16 proto)
{
	if (family != AF_INET && family != AF_INET6)
		return false;
	return proto == PROTO_TCP || sock_is_udp(proto) || proto == PROTO_MPTCP ||
	       proto == PROTO_SCTP;
}

static __always_inline bool sock_is_inet(struct sock *sk)
{
	return is_inet(BPF_CORE_READ(sk, __sk_common.skc_family), BPF_CORE_READ(sk, sk_protocol));
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
 * The inode of the socket's file, as /proc/PID/fd and ss(8) show it (net/core/sock.c,
 * sock_i_ino). One that the kernel made has it as well. 0: nobody has it open any more.
 */
static __always_inline u64 sock_inode(struct sock *sk)
{
	struct socket_alloc *alloc = (void *)BPF_CORE_READ(sk, sk_socket);

	return alloc ? BPF_CORE_READ(alloc, vfs_inode.i_ino) : 0;
}

#define MODE_TYPE 0170000 /* linux/stat.h */
#define MODE_SOCKET 0140000

/*
 * bpf_sock_from_file() came with v5.11; this asks the same of the inode. A
 * socket that has a name in a file system cannot be opened but with O_PATH, and
 * then has no private_data.
 */
static __always_inline bool file_is_socket(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	return (BPF_CORE_READ(inode, i_mode) & MODE_TYPE) == MODE_SOCKET;
}

#endif
