/* SPDX-License-Identifier: GPL-2.0-only */
/* The network namespaces that processes live in or have open: ways to them, and which is the host's. */
#ifndef PORTTRACE_HOLDER_NETNS_BPF_H
#define PORTTRACE_HOLDER_NETNS_BPF_H

#include "reader.bpf.h"

/* Ancestors between the reader and that process. */
#define ANCESTORS_MAX 64

/* Up the reader's ancestors, since a pid namespace may hide process 1 from the iterator. */
STEP long climb_step(u32 index, void *ctx)
{
	struct task_struct **task = ctx;

	/* At the first process nothing changes any more. */
	if (BPF_CORE_READ(*task, tgid) > 1)
		*task = BPF_CORE_READ(*task, real_parent);
	return 0;
}

/* The network namespace of the kernel's first process: "host". 0: there are more ancestors. */
static __always_inline u32 find_host_netns(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	WALK(ANCESTORS_MAX, ANCESTORS_MAX, climb_step, &task);
	return BPF_CORE_READ(task, tgid) <= 1 ? BPF_CORE_READ(task, nsproxy, net_ns, ns.inum) : 0;
}

/* Network namespaces already reported, by inode. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096); /* what does not fit is reported again */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, u8);
} seen_netns SEC(".maps");

/* False: the page is full. */
static __always_inline bool tell_netns(struct reader *reader, u32 inum, s32 fd)
{
	struct rec_netns *rec;
	u8 one = 1;

	if (!inum || bpf_map_lookup_elem(&seen_netns, &inum))
		return true;
	rec = page_room(reader, sizeof(*rec));
	if (!rec)
		return false;
	*rec = (struct rec_netns){
		.head = { REC_NETNS, 0, sizeof(*rec) },
		.netns = inum,
		.tgid = reader->now.rec.tgid,
		.fd = fd,
		.is_initial = inum == reader->host_netns,
	};
	page_took(reader, sizeof(*rec));
	bpf_map_update_elem(&seen_netns, &inum, &one, BPF_ANY);
	return true;
}

static __always_inline bool tell_own_netns(struct reader *reader, struct task_struct *task)
{
	const struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);

	/* Nearly always it is that of the process before. */
	if ((u64)net == reader->told_net)
		return true;
	if (!tell_netns(reader, BPF_CORE_READ(net, ns.inum), -1))
		return false;
	reader->told_net = (u64)net;
	return true;
}

#endif
