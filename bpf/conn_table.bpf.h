/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of connections: by the socket's address, with whom each belongs to. */
#ifndef PORTTRACE_CONN_TABLE_BPF_H
#define PORTTRACE_CONN_TABLE_BPF_H

#include "account.bpf.h"
#include "conn.bpf.h"
#include "maps.bpf.h"
#include "tuple.bpf.h"

static __always_inline struct conn_state *conn_of(struct sock *sk)
{
	u64 key = (u64)sk;

	return bpf_map_lookup_elem(&conns, &key);
}

/* Returns whether it could not. */
static __always_inline long conn_enter(struct sock *sk, const struct conn_state *state, u64 how)
{
	u64 key = (u64)sk;
	long err = bpf_map_update_elem(&conns, &key, state, how);

	if (err && how == BPF_ANY)
		count_lost(KIND_CONNECT, LOSS_MAP_FULL);
	return err;
}

static __always_inline void conn_forget(struct sock *sk)
{
	u64 key = (u64)sk;

	bpf_map_delete_elem(&conns, &key);
}

static __always_inline u64 cookie_of(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
}

/* What each record of a TCP connection has, and what stays: read once. */
static __always_inline void conn_know(struct conn_state *state, struct sock *sk, u32 hook)
{
	const struct sock_common *skc = (void *)sk;
	struct sock_facts facts = sock_facts_of(sk, hook, BPF_CORE_READ(skc, skc_net.net));

	state->cookie = SOCK_FIELD(hook, sk, __sk_common.skc_cookie.counter);
	state->netns = facts.netns;
	state->sock_flags = facts.flags;
}

static __always_inline void note_known(struct conn_note *note, const struct conn_state *state)
{
	note->netns = state->netns;
	note->sock_flags = state->sock_flags;
}

/* Notes what the entry knows, and returns whose the connection is, if that is known. */
static __always_inline const struct rec_task *owner_of(const struct conn_state *state,
						       struct conn_note *note)
{
	if (!state)
		return (void *)0;
	note_known(note, state);
	if (!(state->flags & CONN_OWNED))
		return (void *)0;
	note->flags |= state->flags & CONN_OLD ? CONN_F_FOUND : CONN_F_OWNER;
	return &state->owner;
}

#endif
