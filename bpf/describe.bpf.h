/* SPDX-License-Identifier: GPL-2.0-only */
/* The long form of the running task, as records: its paths and its arguments. */
#ifndef PORTTRACE_DESCRIBE_BPF_H
#define PORTTRACE_DESCRIBE_BPF_H

#include "account.bpf.h"
#include "args.bpf.h"
#include "task.bpf.h"

/*
 * One REC_ARGS with room (a constant) for arguments. What lies behind their
 * length is not zeroed: it can only be an earlier record of this ring.
 * Returns false where the ring is full.
 */
static __always_inline bool send_args(void *ring, const struct told_key *who, struct args_area area,
				      const u32 room)
{
	struct rec_args *rec = bpf_ringbuf_reserve(ring, sizeof(*rec) + room, 0);
	u64 len = area.len;

	if (!rec)
		return false;
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head.type = REC_ARGS;
	rec->head.size = sizeof(*rec) + room;
	rec->start_ns = who->start_ns;
	rec->exec_id = who->exec_id;
	rec->tgid = who->tgid;
	if (len > room) {
		len = room;
		rec->flags |= TASK_F_ARGS_TRUNCATED;
	}
	asm volatile("" : "+r"(len)); /* keep the bound in the register the call takes */
	if (len <= room && !bpf_probe_read_user(rec->args, len, area.start))
		rec->args_len = len;
	else
		rec->flags |= TASK_F_ARGS_UNREAD;
	bpf_ringbuf_submit(rec, 0);
	return true;
}

/* Paths behind their lengths are not zeroed, as above. */
static __always_inline bool send_task(void *ring, struct task_struct *self)
{
	struct rec_task_info *rec = bpf_ringbuf_reserve(ring, sizeof(*rec), 0);

	if (!rec)
		return false;
	__builtin_memset(rec, 0, __builtin_offsetof(struct rec_task_info, exe));
	rec->head.type = REC_TASK;
	rec->head.size = sizeof(*rec);
	task_fill(&rec->task, self);
	task_fill_info(rec, self);
	bpf_ringbuf_submit(rec, 0);
	return true;
}

static __always_inline bool send_identity(void *ring, const struct told_key *who)
{
	struct task_struct *self = compat_current();
	struct args_area area = args_of(self);
	bool sent = send_task(ring, self);

	count_produced(KIND_TASK);
	if (!sent)
		count_lost(KIND_TASK, LOSS_RING_FULL);
	if (!area.len)
		return sent;
	count_produced(KIND_TASK);
	sent = area.len > ARGS_SMALL ? send_args(ring, who, area, ARGS_LARGE) :
				       send_args(ring, who, area, ARGS_SMALL);
	if (!sent)
		count_lost(KIND_TASK, LOSS_RING_FULL);
	return sent;
}

#endif
