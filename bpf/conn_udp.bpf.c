// SPDX-License-Identifier: GPL-2.0-only
/* UDP sockets with a peer: each connect() is told, the end by on_conn_released(). */
#include "conn.bpf.h"
#include "conn_table.bpf.h"
#include "filter.bpf.h"
#include "origin.bpf.h"
#include "task.bpf.h"

static __noinline int enter_udp(struct sock *sk)
{
	struct conn_state *entry = conn_of(sk), state = {};

	if (entry && entry->flags & CONN_UDP)
		state = *entry; /* it had another peer before */
	state.cookie = cookie_of(sk);
	state.established_ns = bpf_ktime_get_boot_ns();
	state.flags |= CONN_UDP | CONN_ACTIVE | CONN_OWNED;
	task_fill(&state.owner, compat_current());
	filter_mark(&state.owner);
	conn_enter(sk, &state, BPF_ANY);
	return 0;
}

/* Apart from entering it: the stack has no room for both. */
static __noinline int tell_udp(struct sock *sk, u32 hook)
{
	struct conn_note note = { .kind = KIND_CONNECT };
	struct conn_state *state = conn_of(sk);

	if (!state)
		return 0; /* closed meanwhile, and told with that */
	state->flags |= CONN_TOLD;
	if (!asked_for(KIND_CONNECT))
		return 0;
	note.time_ns = state->established_ns;
	note.origin = origin_of_current();
	return conn_tell(sk, hook, &note, &state->owner, (void *)0);
}

__hidden int on_udp_connected(struct sock *sk, u32 hook)
{
	if (shared.filter && !filter_pass_current())
		return 0;
	introduce_caller();
	enter_udp(sk);
	return tell_udp(sk, hook);
}
