/* SPDX-License-Identifier: GPL-2.0-only */
/* What was produced, what could not be delivered, and what is asked for. */
#ifndef PORTTRACE_ACCOUNT_BPF_H
#define PORTTRACE_ACCOUNT_BPF_H

#include "shared.h"
#include <bpf/bpf_helpers.h>

/* In core.bpf.c; mapped by the reader. */
extern struct shared_state shared;

/* While the reader polls by itself, each time this much more waits wakes it all the same. */
#define WAKE_BYTES (1024 * 1024)

static __always_inline bool asked_for(u32 kind)
{
	return shared.events & 1u << kind;
}

static __always_inline void count_produced(u32 kind)
{
	__sync_fetch_and_add(&shared.produced[kind & (COUNTER_KINDS - 1)], 1);
}

static __always_inline void count_lost(u32 kind, u32 cause)
{
	u64 now = bpf_ktime_get_boot_ns();

	__sync_fetch_and_add(&shared.lost[kind & (COUNTER_KINDS - 1)][cause & (COUNTER_CAUSES - 1)],
			     1);
	if (!shared.lost_from)
		shared.lost_from = now;
	shared.lost_to = now;
}

/*
 * For bpf_ringbuf_submit() of a record of this size: a reader that comes by
 * itself needs no wake-up. One that lags behind gets one at each step, and not
 * for each record: it costs more than the record does.
 */
static __always_inline u64 wake_flags(void *ring, u32 reader_polls, u32 size)
{
	u64 waiting;

	if (!reader_polls)
		return 0;
	waiting = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	if (waiting > WAKE_BYTES && waiting % WAKE_BYTES < size + BPF_RINGBUF_HDR_SZ)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

#endif
