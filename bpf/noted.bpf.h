/* SPDX-License-Identifier: GPL-2.0-only */
/* With nobody to follow: the sockets that a holder was told of, which the tables need not tell again. */
#ifndef PORTTRACE_NOTED_BPF_H
#define PORTTRACE_NOTED_BPF_H

#include "row.bpf.h"

/*
 * By the last bits of their cookies, which are counted up. Of two that meet in a
 * slot the first is told once more, and so is one that got its cookie meanwhile: the
 * reader joins its rows.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NOTED_MAX);
	__type(key, u32);
	__type(value, struct noted);
} noted SEC(".maps");

/*
 * What stands for the cookie of a socket that has none yet: bits of its address that are not
 * the same of all (a multiplicative hash). The address comes as a number, not as a pointer.
 */
static __always_inline u64 cookie_or_hash(u64 cookie, u64 address)
{
	return cookie ? cookie : address * 0x9e3779b97f4a7c15 >> 48;
}

/* Where a socket is noted once its row was told; NULL: nowhere, somebody follows. */
static __always_inline struct noted *slot_of(u64 cookie)
{
	u32 slot = cookie & (NOTED_MAX - 1);

	return config.unfollowed && cookie ? bpf_map_lookup_elem(&noted, &slot) : (void *)0;
}

/* By the address as well: what an MPTCP listener accepts has its cookie. */
static __always_inline bool was_told(struct sock *sk, u64 cookie)
{
	struct noted *slot = slot_of(cookie);

	return slot && slot->cookie == cookie && slot->sk == (u64)sk;
}

static __always_inline void note_told(struct sock *sk, u64 cookie)
{
	struct noted *slot = slot_of(cookie);

	if (!slot)
		return;
	slot->cookie = cookie;
	slot->sk = (u64)sk;
}

#endif
