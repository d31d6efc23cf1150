/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the bind that is under way asks for a port. Of UDP it is told by
 * cgroup/post_bind, which comes before the socket says how it got its port
 * (net/ipv4/af_inet.c, __inet_bind); cgroup/bind, before it, has the kernel's copy
 * of the address.
 */
#ifndef PORTTRACE_ASKED_BPF_H
#define PORTTRACE_ASKED_BPF_H

#include "compat.bpf.h"
#include "shared.h"
#include "sock.bpf.h"

#ifdef ASKED_LIVES_HERE
#define ASKED_MAP
#else
#define ASKED_MAP extern
#endif

/* By thread. What binds that failed leave behind makes room for others. */
struct asked_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, ASKED_MAX);
	__type(key, u32);
	__type(value, u32); /* enum port_by */
};

ASKED_MAP struct asked_map asked SEC(".maps");

static __always_inline void note_asked(const struct bpf_sock_addr *ctx)
{
	u32 port_by, thread;

	if (!sock_is_udp(ctx->protocol))
		return;
	port_by = ctx->user_port ? PORT_BY_BIND : PORT_BY_KERNEL;
	thread = TASK_FIELD(compat_current(), pid);
	bpf_map_update_elem(&asked, &thread, &port_by, BPF_ANY);
}

static __always_inline u32 take_asked(void)
{
	u32 thread = TASK_FIELD(compat_current(), pid), port_by;
	u32 *found = bpf_map_lookup_elem(&asked, &thread);

	if (!found)
		return PORT_BY_UNKNOWN;
	port_by = *found;
	bpf_map_delete_elem(&asked, &thread);
	return port_by;
}

#endif
