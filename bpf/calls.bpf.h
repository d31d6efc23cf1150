/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls between their beginning and their end, by thread. */
#ifndef PORTTRACE_CALLS_BPF_H
#define PORTTRACE_CALLS_BPF_H

#include "compat.bpf.h"
#include "shared.h"

#ifdef CALLS_LIVE_HERE
#define CALLS_MAP
#else
#define CALLS_MAP extern
#endif

/* Those whose end nobody sees make room for others. */
struct calls_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CALLS_MAX);
	__type(key, u64);
	__type(value, struct call);
};

CALLS_MAP struct calls_map calls SEC(".maps");

/* One calls another: each kind has an entry of its own. */
static __always_inline u64 call_key(u32 op)
{
	return (u64)op << 32 | (u32)TASK_FIELD(compat_current(), pid);
}

static __always_inline void call_put(struct sock *sk, u32 op)
{
	struct call call = { .sk = (u64)sk };
	u64 key = call_key(op);

	bpf_map_update_elem(&calls, &key, &call, BPF_ANY);
}

/* The socket that call_put() was told, or NULL. */
static __always_inline struct sock *call_take(u32 op)
{
	u64 key = call_key(op);
	struct call *call = bpf_map_lookup_elem(&calls, &key);
	struct sock *sk;

	if (!call)
		return (void *)0;
	sk = (void *)call->sk;
	bpf_map_delete_elem(&calls, &key);
	return sk;
}

/* In calls.bpf.c: whether the running task came by io_uring. A function for its stack. */
bool called_by_io_uring(void);

#endif
