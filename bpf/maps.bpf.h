/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps, for the file that holds the handlers; the snapshot has copies that are bound to these. */
#ifndef PORTTRACE_MAPS_BPF_H
#define PORTTRACE_MAPS_BPF_H

#include "shared.h"
#include <bpf/bpf_helpers.h>

/*
 * Sockets whose opening was told, or that the snapshot found: by address,
 * since sockets accepted from an MPTCP listener share its cookie. An entry
 * goes when the socket closes; the cookie tells one that outlived its socket.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144);
	__type(key, u64);
	__type(value, struct known_socket);
} sockets SEC(".maps");

#endif
