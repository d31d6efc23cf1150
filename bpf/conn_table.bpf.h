/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of connections: by the socket's address, with whom each belongs to. */
#ifndef PORTTRACE_CONN_TABLE_BPF_H
#define PORTTRACE_CONN_TABLE_BPF_H

#include "account.bpf.h"
#include "conn.bpf.h"
#include "maps.bpf.h"

static __always_inline struct conn_state *conn_of(struct sock *sk)
{
	u64 key = (u64)sk;

	return bpf_map_lookup_elem(&conns, &key);
}

static __always_inline void conn_enter(struct sock *sk, const struct conn_state *state, u64 how)
{
	u64 key = (u64)sk;

	if (bpf_map_update_elem(&conns, &key, state, how) && how == BPF_ANY)
		count_lost(KIND_CONNECT, LOSS_MAP_FULL);
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

static __always_inline const struct rec_task *owner_of(const struct conn_state *state,
						       struct conn_note *note)
{
	if (!state || !(state->flags & CONN_OWNED))
		return (void *)0;
	note->flags |= state->flags & CONN_OLD ? CONN_F_FOUND : CONN_F_OWNER;
	return &state->owner;
}

#endif
