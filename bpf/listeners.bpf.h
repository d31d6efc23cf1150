/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP listeners of all network namespaces, by the kernel's hash of them. iter/tcp goes through
 * the same one, and then through the connections of the whole host, for each namespace.
 *
 * Since v5.19 (cae3873c5b3a, "net: inet: Retire port only listening_hash") all are in lhash2 alone,
 * in lists that RCU readers may follow: a listener is freed behind a grace period (__inet_hash,
 * SOCK_RCU_FREE). One that moves takes a reader along into another list; what stands at the end says
 * which one it was. Where a namespace has a table of connections of its own (v6.1), it
 * has this hash of all the same (inet_pernet_hashinfo_alloc).
 */
#ifndef PORTTRACE_LISTENERS_BPF_H
#define PORTTRACE_LISTENERS_BPF_H

#include "noted.bpf.h"

/* include/net/inet_hashtables.h; include/linux/list_nulls.h, NULLS_MARKER */
#define LISTENING_NULLS_BASE (1U << 29)
#define END_OF(list) (1 | (u64)((list) + LISTENING_NULLS_BASE) << 1)

#define CHAIN_MAX (1 << 20) /* a group of SO_REUSEPORT is in one list */
#define CHAIN_TRIES 4

/* The program is called for each. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LISTENER_PARTS);
	__type(key, u32);
	__type(value, struct listener_part);
} listener_parts SEC(".maps");

struct listeners {
	struct bpf_iter_meta *meta;
	struct listener_part *part; /* has the way, as a number: a pointer out of a field stays one */
	u64 lists;                  /* where the kernel has lhash2[0] */
	u32 first;                  /* list of this part */
};

static __always_inline struct inet_hashinfo *hash_of_listeners(void)
{
	return BPF_CORE_READ(compat_current(), nsproxy, net_ns, ipv4.tcp_death_row.hashinfo);
}

/* A row counts if it still is a listener when it is full: its memory is, until we return. */
static __always_inline void listener_row(struct bpf_iter_meta *meta, struct sock *sk)
{
	struct rec_open_socket rec = { .head = { REC_SOCKET, 0, sizeof(rec) } };

	if (row_fill(&rec, sk, (void *)0, true, CASTS) != ROW_FILLED ||
	    FIELD(CASTS, sk, __sk_common.skc_state) != TCP_STATE_LISTEN)
		return;
	rec.found.inode = sock_inode(sk);
	rec.time_ns = bpf_ktime_get_boot_ns();
	bpf_seq_write(meta->seq, &rec, sizeof(rec));
}

STEP long listener_step(u32 index, void *ctx)
{
	struct listeners *all = ctx;
	u64 address = all->part->node, cookie;
	struct sock *sk;

	if (!address || address & 1)
		return 1;
	address -= bpf_core_field_offset(struct sock_common, skc_nulls_node);
	sk = AS(sock, (void *)address);
	cookie = FIELD(CASTS, sk, __sk_common.skc_cookie.counter);
	all->part->node = (u64)FIELD(CASTS, sk, __sk_common.skc_nulls_node.next);
	/* What was told needs no other look, which waits for memory. */
	if (!was_told(sk, cookie_or_hash(cookie, address)) &&
	    FIELD(CASTS, sk, __sk_common.skc_state) == TCP_STATE_LISTEN)
		listener_row(all->meta, sk);
	return 0;
}

STEP long list_step(u32 index, void *ctx)
{
	struct listeners *all = ctx;
	u32 list = all->first + index;
	u64 at = all->lists + list * bpf_core_type_size(struct inet_listen_hashbucket);
	struct inet_listen_hashbucket *head = AS(inet_listen_hashbucket, (void *)at);

	for (int i = 0; i < CHAIN_TRIES; i++) {
		all->part->node = (u64)FIELD(CASTS, head, nulls_head.first);
		bpf_loop(CHAIN_MAX, listener_step, all, 0);
		if (all->part->node == END_OF(list))
			return 0;
	}
	all->part->lost = 1;
	return 1;
}

static __always_inline void tell_listeners(struct bpf_iter_meta *meta, u32 index,
					   struct listener_part *part)
{
	struct inet_hashinfo *hash = hash_of_listeners();
	struct listeners all = { meta, part, (u64)BPF_CORE_READ(hash, lhash2) };
	u32 n = BPF_CORE_READ(hash, lhash2_mask) + 1;
	u32 each = (n + LISTENER_PARTS - 1) / LISTENER_PARTS;

	part->lost = !all.lists;
	all.first = index * each;
	if (all.lists && all.first < n)
		bpf_loop(n - all.first < each ? n - all.first : each, list_step, &all, 0);
}

#endif
