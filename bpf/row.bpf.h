/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket as a row of the snapshot, whoever shows it. */
#ifndef PORTTRACE_ROW_BPF_H
#define PORTTRACE_ROW_BPF_H

#include "maps.bpf.h"
#include "shared.h"
#include "tuple.bpf.h"

/* Set by the reader before this is loaded: what is off costs nothing. */
const volatile struct snapshot_config config = {};

/*
 * A pointer that was found somewhere, as one whose type the verifier knows, since v6.2: a field
 * is a load then, and the processor has many on their way at a time. A call of bpf_rdonly_cast(),
 * which the reader puts in the place of this number: libbpf would read all types of the kernel
 * for it.
 */
#ifdef BUILD_UNROLLED
#define CASTS false
#define AS(type, ptr) (ptr)
#else
#define CASTS config.casts
#define AS(type, ptr) (CASTS ? rdonly_cast(ptr, config.type) : (ptr))
static void *(*const rdonly_cast)(const void *ptr, u32 type) = (void *)RDONLY_CAST;
#endif

/* typed is known to the verifier, which follows one way of both. */
#define FIELD(typed, ptr, field) ((typed) ? (ptr)->field : BPF_CORE_READ(ptr, field))
#define BITFIELD(typed, ptr, field) \
	((typed) ? BPF_CORE_READ_BITFIELD(ptr, field) : BPF_CORE_READ_BITFIELD_PROBED(ptr, field))

/*
 * From here on the kernel side tells the close of sk. Rows of one socket come
 * once for each holder; the first one enters it.
 */
static __always_inline bool mark(struct sock *sk, struct rec_socket *out)
{
	struct known_socket value = { .cookie = out->cookie,
				      .backlog = out->backlog,
				      .port = out->port };
	u64 key = (u64)sk;
	struct known_socket *known = bpf_map_lookup_elem(&sockets, &key);

	if (known && (!known->cookie || known->cookie == out->cookie)) {
		known->cookie = out->cookie; /* of a holder's row it may have been none */
		return true;
	}
	if (out->flags & SOCK_F_CONNECTED)
		return false;
	bpf_map_update_elem(&sockets, &key, &value, BPF_ANY);
	return false;
}

/* It was closed just before it was entered: no close will be told. */
static __always_inline void unmark(struct sock *sk, const struct rec_socket *out)
{
	u64 key = (u64)sk;
	struct known_socket *known;

	if (config.unfollowed || out->flags & SOCK_F_TRACKED)
		return;
	known = bpf_map_lookup_elem(&sockets, &key);
	if (known && known->cookie == out->cookie)
		bpf_map_delete_elem(&sockets, &key);
}

/* What its state says alone: whether it may be told of. */
static __always_inline bool may_be_told(u16 proto, const void *raw)
{
	u8 state = COMMON_FIELD(raw, u8, skc_state);

	if (!is_inet(COMMON_FIELD(raw, u16, skc_family), proto))
		return false;
	if (sock_is_udp(proto))
		return COMMON_FIELD(raw, u16, skc_num);
	if (state == TCP_STATE_LISTEN)
		return true;
	return config.conn_rows && proto == PROTO_TCP && state != TCP_STATE_CLOSE;
}

/* The number of a network namespace, which is nearly always that of the socket before. */
struct net_number {
	u64 net;
	u32 inum;
};

static __always_inline u32 net_inum(struct net_number *last, const struct net *net)
{
	if (!last)
		return BPF_CORE_READ(net, ns.inum);
	if (last->net != (u64)net) {
		last->inum = BPF_CORE_READ(net, ns.inum);
		last->net = (u64)net;
	}
	return last->inum;
}

/* As sock_facts_of(), with what is known already: here sockets come in thousands. */
static __always_inline struct sock_facts facts_of(struct sock *sk, u16 proto, u32 netns,
						  bool of_mptcp, bool typed)
{
	struct sock_facts facts = { .netns = netns, .proto = proto };

	if (of_mptcp && proto == PROTO_TCP && compat_is_mptcp_subflow(sk, false))
		facts.flags = SOCK_F_MPTCP;
	else if (BITFIELD(typed, sk, sk_kern_sock))
		facts.flags = SOCK_F_KERNEL;
	return facts;
}

enum row_filled { ROW_FILLED, ROW_NOT_TOLD };

/*
 * All of a row (zeroed by the caller) but its inode, if it is one to be told. A function of its
 * own for its stack. last is NULL where the table of one namespace is read; of_mptcp: it may be
 * the TCP socket of an MPTCP socket.
 */
static __noinline int row_fill(struct rec_open_socket *row, struct sock *sk,
			       struct net_number *last, bool of_mptcp, bool typed)
{
	u64 aligned[SOCK_COMMON_SIZE / sizeof(u64)];
	const void *raw = aligned;
	struct rec_socket *out = &row->sock;
	struct rec_found *found = &row->found;
	u16 proto = FIELD(typed, sk, sk_protocol);
	struct sock_facts facts;

	if (bpf_probe_read_kernel(aligned, sizeof(aligned), sk) || !may_be_told(proto, raw))
		return ROW_NOT_TOLD;
	facts = facts_of(sk, proto, net_inum(last, COMMON_NET(raw)), of_mptcp, typed);
	sock_fill_common(out, sk, raw, &facts);
	out->port_by = sock_port_by(sk, proto, typed);
	if (out->state == TCP_STATE_LISTEN) {
		out->backlog = FIELD(typed, sk, sk_max_ack_backlog);
		found->accept_queue = FIELD(typed, sk, sk_ack_backlog);
		found->flags = FOUND_F_QUEUE;
		return ROW_FILLED;
	}
	sock_fill_remote(found->remote_addr, &found->remote_port, out->family, raw);
	if (!sock_is_udp(out->proto) || out->state == TCP_STATE_ESTABLISHED)
		out->flags |= SOCK_F_CONNECTED;
	return ROW_FILLED;
}

/* Whether a row that was filled has an open port, or is a UDP socket that had one opened. */
static __always_inline bool is_of_port(struct rec_socket *out, struct sock *sk)
{
	if (config.unfollowed)
		return config.conn_rows || !(out->flags & SOCK_F_CONNECTED);
	if (mark(sk, out))
		out->flags |= SOCK_F_TRACKED;
	return !(out->flags & SOCK_F_CONNECTED) || out->flags & SOCK_F_TRACKED;
}

#endif
