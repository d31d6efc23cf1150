/* SPDX-License-Identifier: GPL-2.0-only */
/* What the wrappers in hook_*.bpf.c and the files of connections call; see core.bpf.h. */
#ifndef PORTTRACE_CONN_BPF_H
#define PORTTRACE_CONN_BPF_H

#include "abi.h"
#include "account.bpf.h"
#include "compat.bpf.h"
#include "shared.h"

/*
 * Whether anything is made of a step: on the way from established to closed
 * there are three or four, and only those who asked for steps want them. Asked
 * by the wrappers, before they look at the socket.
 */
static __always_inline bool conn_step_counts(u32 new)
{
	return new == BPF_TCP_ESTABLISHED || new == BPF_TCP_CLOSE || new == BPF_TCP_SYN_SENT ||
	       new == BPF_TCP_SYN_RECV || asked_for(KIND_STATE);
}

/*
 * A TCP socket goes from one state to another. May be called before the kernel
 * stores the new one, or right after; by a second program for the same step, too.
 */
int on_tcp_state(struct sock *sk, u32 old, u32 new, u32 hook);

/* The same step seen by a second copy of a program, whose first the kernel may have skipped. */
int on_tcp_state_again(struct sock *sk, u32 old, u32 new, u32 hook);

/* The running task begins to connect sk. */
int on_connecting(struct sock *sk, u32 hook);

/* The running task has accepted sk, of whatever family. */
int on_accepted(struct sock *sk, u32 hook);

/* A UDP socket has got a peer: connect() by the running task. */
int on_udp_connected(struct sock *sk, u32 hook);

/* The last descriptor of a UDP or of an old TCP socket is gone, or its protocol destroys it. */
int on_conn_released(struct sock *sk, u32 hook);

/* An explicit bind of a TCP socket, which opens nothing yet. */
int on_tcp_bound(struct sock *sk, u32 hook);

/* The kernel has picked a port for a socket nobody bound. */
int on_autobound(struct sock *sk, u32 hook);

/* Puts aside what a call is about, for its end. address: the kernel's copy, or NULL. */
int on_call_begin(struct sock *sk, u32 op, const void *address);

/* A bind, listen or connect returned ret. sk: NULL where only its beginning knew. */
int on_call_end(struct sock *sk, u32 op, long ret, u32 hook);

/* --- between the files of connections ------------------------------------ */

/* What is told of a connection, beside its socket and its process. */
struct conn_note {
	u64 time_ns; /* 0: now */
	u64 span_ns;
	u16 error;
	u8 op;
	u8 old_state;
	u8 new_state;
	u8 flags; /* CONN_F_* */
	u8 origin;
	u8 active;     /* end: it was connecting, and its SYN counts as a byte */
	u8 kind;       /* enum rec_kind */
	u8 sock_flags; /* as in struct conn_state */
	u32 netns;     /* likewise; 0: both are to be read */
};

/*
 * task: NULL where it is not known; call: NULL, or the address that was asked
 * for. The hook is no part of the note: see sock_is_typed().
 */
int conn_tell(struct sock *sk, u32 hook, const struct conn_note *note, const struct rec_task *task,
	      const struct call *call);

/*
 * introduce() of the running task. Apart from what follows it: the description
 * goes deep, and the stack has no room for both.
 */
int introduce_caller(void);

/* The same of something the running task does now. */
int conn_tell_current(struct sock *sk, u32 hook, struct conn_note *note, const struct call *call);

#endif
