/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket to tuple as one call: for those who want the local end alone. */
#ifndef PORTTRACE_TUPLE_FILL_BPF_H
#define PORTTRACE_TUPLE_FILL_BPF_H

#include "tuple.bpf.h"

/* Fills out (zeroed by the caller) with what sk is now. A function of its own for its stack. */
static __noinline int sock_fill(struct rec_socket *out, struct sock *sk)
{
	u64 aligned[SOCK_COMMON_SIZE / sizeof(u64)];
	const void *raw = aligned;
	struct sock_facts facts;

	if (bpf_probe_read_kernel(aligned, sizeof(aligned), sk))
		return -1;
	facts = sock_facts_of(sk, HOOK_NONE, COMMON_NET(raw));
	sock_fill_from(out, sk, raw, &facts);
	out->port_by = sock_port_by(sk, facts.proto, false);
	return 0;
}

#endif
