/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What nobody asked to see is dropped before it costs a record. The reader may
 * change the maps and the switches while the hooks run; it filters again
 * itself, so what slips through in between is not shown.
 */
#ifndef PORTTRACE_FILTER_BPF_H
#define PORTTRACE_FILTER_BPF_H

#include "account.bpf.h"
#include "maps.bpf.h"
#include "sock.bpf.h"

struct filter_ids_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, FILTER_IDS_MAX);
	__type(key, struct filter_key);
	__type(value, u8);
};

struct filter_ports_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FILTER_PORT_WORDS);
	__type(key, u32);
	__type(value, u64);
};

MAP struct filter_ids_map filter_ids SEC(".maps");
MAP struct filter_ports_map filter_ports SEC(".maps");

static __always_inline bool filter_has(u32 by, u32 id)
{
	struct filter_key key = { by, id };

	return bpf_map_lookup_elem(&filter_ids, &key);
}

static __always_inline bool filter_has_port(u16 port)
{
	u32 word = port / 64;
	u64 *bits = bpf_map_lookup_elem(&filter_ports, &word);

	return bits && *bits & 1ULL << port % 64;
}

/* The parts that are a socket's own; either port will do where there are two. */
static __always_inline bool filter_pass_socket(const struct rec_socket *sock, u16 remote_port)
{
	u32 by = shared.filter;

	if (by & (FILTER_TCP | FILTER_UDP) &&
	    !(by & (sock_is_udp(sock->proto) ? FILTER_UDP : FILTER_TCP)))
		return false;
	if (by & FILTER_PORT && !filter_has_port(sock->port) &&
	    !(remote_port && filter_has_port(remote_port)))
		return false;
	return !(by & FILTER_NETNS) || filter_has(FILTER_NETNS, sock->netns);
}

/* The parts that are the running task's; user space has put its descendants in as well. */
static __always_inline bool filter_pass_current(void)
{
	struct task_struct *self = compat_current();
	u32 by = shared.filter;

	if (by & FILTER_PID && !filter_has(FILTER_PID, TASK_FIELD(self, tgid)))
		return false;
	return !(by & FILTER_UID) || filter_has(FILTER_UID, BPF_CORE_READ(self, cred, euid.val));
}

/* The reader cannot ask later: by then the process may be gone, and its number another's. */
static __always_inline void filter_mark(struct rec_task *task)
{
	if (shared.filter & FILTER_PID && filter_has(FILTER_PID, task->tgid))
		task->flags |= TASK_F_ASKED;
}

/* The child is asked for as its parent is. */
static __always_inline void filter_follow(u32 parent, u32 child)
{
	struct filter_key key = { FILTER_PID, child };
	u8 one = 1;

	if (parent != child && filter_has(FILTER_PID, parent) &&
	    bpf_map_update_elem(&filter_ids, &key, &one, BPF_ANY))
		count_lost(KIND_TASK, LOSS_MAP_FULL);
}

static __always_inline void filter_drop(u32 tgid)
{
	struct filter_key key = { FILTER_PID, tgid };

	bpf_map_delete_elem(&filter_ids, &key);
}

#endif
