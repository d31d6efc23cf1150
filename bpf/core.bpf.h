/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the wrappers in hook_*.bpf.c call. None of these knows which hook it
 * runs in, beyond the name it is handed to pass on.
 *
 * They are __hidden, so that the verifier follows them in their caller's
 * context, and each may be called from any program type: every helper used is
 * in bpf_base_func_proto() (kernel/bpf/helpers.c) since 5.10.
 */
#ifndef PORTTRACE_CORE_BPF_H
#define PORTTRACE_CORE_BPF_H

#include "abi.h"
#include "compat.bpf.h"
#include "sock.bpf.h"

/*
 * sk listens, with success. May be called for a socket that was told already
 * (a union of hooks sees it twice): then it tells a changed backlog or nothing.
 */
int on_listen(struct sock *sk, u32 hook);

/*
 * A UDP or UDP-Lite socket got its port by an explicit bind. port_by: whether that
 * asked for this number, or AS_SOCKET_SAYS, which is so once the bind is over.
 */
#define AS_SOCKET_SAYS PORT_BY_MAX
int on_udp_bound(struct sock *sk, u32 hook, u32 port_by);

/* Whether its bind was told. */
bool udp_is_known(struct sock *sk);

/* A UDP socket has lost its port without being closed. */
int on_udp_unbound(struct sock *sk, u32 hook);

/* sk has left LISTEN. Tells it if its opening is known and its closing is not. */
int on_unlisten(struct sock *sk, u32 hook);

/* The last descriptor of sk is gone; sk still has its state and port. */
int on_release(struct sock *sk, u32 hook);

#endif
