/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps that hooks and snapshot use: user/trace makes them, and binds each object's to them. */
#ifndef PORTTRACE_MAPS_BPF_H
#define PORTTRACE_MAPS_BPF_H

#include "shared.h"
#include <bpf/bpf_helpers.h>

/* One file of an object defines MAPS_LIVE_HERE; the linker joins the others' to it. */
#ifdef MAPS_LIVE_HERE
#define MAP
#else
#define MAP extern
#endif

/*
 * Sockets whose opening was told, or that the snapshot found: by address,
 * since sockets accepted from an MPTCP listener share its cookie. An entry
 * goes when the socket closes; the cookie tells one that outlived its socket.
 */
struct sockets_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, SOCKETS_MAX);
	__type(key, u64);
	__type(value, struct known_socket);
};

/*
 * TCP connections, and UDP sockets with a peer, as far as events of them were
 * asked for. The owner is kept with the socket: most state changes run in
 * softirq, where the running task is anybody.
 */
struct conns_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, CONNS_MAX);
	__type(key, u64);
	__type(value, struct conn_state);
};

MAP struct sockets_map sockets SEC(".maps");
MAP struct conns_map conns SEC(".maps");

#endif
