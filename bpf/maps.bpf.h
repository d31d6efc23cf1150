/* SPDX-License-Identifier: GPL-2.0-only */
/* The map both objects use: user/trace makes it, and binds each object's to it. */
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
	__uint(max_entries, SOCKETS_MAX);
	__type(key, u64);
	__type(value, struct known_socket);
} sockets SEC(".maps");

#endif
