// SPDX-License-Identifier: GPL-2.0-only
/* Connections, from their first step to their last: whose they are, how long they took and lasted. */
#define TYPED_WALKS
#include "conn.bpf.h"
#include "calls.bpf.h"
#include "conn_table.bpf.h"
#include "filter.bpf.h"
#include "origin.bpf.h"
#include "sock.bpf.h"
#include "task.bpf.h"

/* A step told by two programs comes within this. */
#define SAME_STEP_NS 1000000

/* --- connecting ----------------------------------------------------------- */

/* For the end of the call that sent the SYN: how it went on is told by state changes. */
static __always_inline void note_sent(struct sock *sk)
{
	u64 key = call_key(CALL_CONNECT);
	struct call *call = bpf_map_lookup_elem(&calls, &key);
	struct call begun = { .sk = (u64)sk, .sent = 1 };

	if (call && call->sk == (u64)sk)
		call->sent = 1;
	else
		bpf_map_update_elem(&calls, &key, &begun, BPF_ANY);
}

static __noinline int enter_connecting(struct sock *sk, u32 hook)
{
	struct conn_state state = { .flags = CONN_ACTIVE | CONN_OWNED };

	conn_know(&state, sk, hook);
	state.since_ns = bpf_ktime_get_boot_ns();
	state.origin = origin_of_current();
	task_fill(&state.owner, compat_current());
	filter_mark(&state.owner);
	conn_enter(sk, &state, BPF_ANY);
	return 0;
}

__hidden int on_connecting(struct sock *sk, u32 hook)
{
	if (!shared.ready || !sk)
		return 0;
	if (shared.filter && !filter_pass_current()) {
		conn_forget(sk); /* an earlier use of this socket */
		return 0;
	}
	introduce_caller();
	enter_connecting(sk, hook);
	if (shared.connect_hooked && asked_for(KIND_FAIL))
		note_sent(sk);
	return 0;
}

/* --- established ---------------------------------------------------------- */

static __always_inline int connected(struct sock *sk, struct conn_state *state, u32 hook)
{
	struct conn_note note = { .kind = KIND_CONNECT };

	if (state->flags & CONN_TOLD)
		return 0; /* by the program's first copy */
	state->established_ns = bpf_ktime_get_boot_ns();
	state->flags |= CONN_TOLD;
	if (!asked_for(KIND_CONNECT))
		return 0;
	note.time_ns = state->established_ns;
	note.span_ns = note.time_ns - state->since_ns;
	note.origin = state->origin;
	return conn_tell(sk, hook, &note, owner_of(state, &note), (void *)0);
}

/*
 * Whose it is will be known when somebody accepts it. Where nothing sees that,
 * it is told now, and the reader knows the listener.
 */
static __always_inline int waiting(struct sock *sk, const struct conn_state *earlier, u32 hook)
{
	struct conn_note note = { .kind = KIND_ACCEPT, .flags = CONN_F_PASSIVE };
	struct conn_state state = { .established_ns = bpf_ktime_get_boot_ns() };

	if (earlier && (earlier->flags & CONN_ACCEPTED ||
			state.established_ns - earlier->established_ns < SAME_STEP_NS))
		return 0; /* accepted before the handshake ended (TFO), or the first copy saw it */
	conn_know(&state, sk, hook);
	if (!shared.accept_hooked)
		state.flags |= CONN_TOLD;
	else
		__sync_fetch_and_add(&shared.waiting, 1);
	conn_enter(sk, &state, BPF_ANY);
	if (shared.accept_hooked || !asked_for(KIND_ACCEPT))
		return 0;
	note.time_ns = state.established_ns;
	return conn_tell(sk, hook, &note, owner_of(&state, &note), (void *)0);
}

static __noinline int established(struct sock *sk, u32 old, u32 hook)
{
	struct conn_state *state = conn_of(sk);

	if (state && state->flags & CONN_ACTIVE &&
	    (old == BPF_TCP_SYN_SENT || state->flags & CONN_SIMULTANEOUS))
		return connected(sk, state, hook);
	if (old == BPF_TCP_SYN_RECV)
		return waiting(sk, state, hook);
	return 0;
}

/* An accept is a system call that ends here, or it comes from who knows where. */
static __always_inline u32 accept_origin(u32 hook)
{
	return hook == HOOK_SYS_ACCEPT ? ORIGIN_SYSCALL : origin_of_current();
}

/* entry: what is known of it, or NULL. */
static __noinline int enter_accepted(struct sock *sk, const struct conn_state *entry, u32 hook)
{
	struct conn_note note = { .kind = KIND_ACCEPT, .flags = CONN_F_PASSIVE };
	struct conn_state state = {};
	bool told, waited;

	if (entry)
		state = *entry;
	told = state.flags & CONN_TOLD;
	waited = shared.accept_hooked && state.established_ns && !told;
	if (!state.established_ns) {
		state.established_ns = bpf_ktime_get_boot_ns();
		conn_know(&state, sk, hook);
	}
	state.flags |= CONN_ACCEPTED | CONN_OWNED | CONN_TOLD;
	task_fill(&state.owner, compat_current());
	filter_mark(&state.owner);
	/*
	 * Not created anew if it was closed in between, and told with that: its
	 * owner may be another's by then.
	 */
	if (conn_enter(sk, &state, entry ? BPF_EXIST : BPF_ANY))
		return 0;
	if (waited)
		__sync_fetch_and_add(&shared.waiting, -1);
	if (told || !asked_for(KIND_ACCEPT))
		return 0;
	note.time_ns = state.established_ns;
	note.origin = accept_origin(hook);
	note_known(&note, &state);
	return conn_tell(sk, hook, &note, &state.owner, (void *)0);
}

/* Somebody who is not asked for has it: nothing of it is told. */
static __always_inline void not_asked_for(struct sock *sk, const struct conn_state *entry)
{
	if (entry && shared.accept_hooked && !(entry->flags & CONN_TOLD))
		__sync_fetch_and_add(&shared.waiting, -1);
	conn_forget(sk);
}

/* What is entered needs no second look: protocols of other families have the same numbers. */
static __always_inline bool is_connection(struct sock *sk, const struct conn_state *entry)
{
	if (BPF_CORE_READ(sk, sk_protocol) != PROTO_TCP)
		return false;
	return entry || sock_is_inet(sk);
}

__hidden int on_accepted(struct sock *sk, u32 hook)
{
	struct conn_state *entry;

	if (!shared.ready || !sk)
		return 0;
	entry = conn_of(sk);
	if (!entry) {
		sk = sock_with_port(sk);
		entry = conn_of(sk);
	}
	if (!is_connection(sk, entry))
		return 0;
	if (entry && entry->flags & (CONN_ACCEPTED | CONN_OLD))
		return 0; /* by another hook */
	/* The other end has reset it already: it was told, and has ended. */
	if (!entry && BPF_CORE_READ(sk, __sk_common.skc_state) == BPF_TCP_CLOSE)
		return 0;
	if (shared.filter && !filter_pass_current()) {
		not_asked_for(sk, entry);
		return 0;
	}
	introduce_caller();
	return enter_accepted(sk, entry, hook);
}

/* --- gone ----------------------------------------------------------------- */

/*
 * Whether the running task is in the middle of the connect() that this is the
 * end of, before its SYN went out (net/ipv4/tcp_ipv4.c, tcp_v4_connect: no port
 * is free). The call knows the reason, and tells it.
 */
static __always_inline bool left_to_call(struct sock *sk)
{
	u64 key = call_key(CALL_CONNECT);
	struct call *call;

	if (!shared.connect_hooked)
		return false;
	call = bpf_map_lookup_elem(&calls, &key);
	if (!call || call->sk != (u64)sk)
		return false;
	call->sent = 0;
	return true;
}

/* For another call that asks how it went, from another thread maybe: it is told already. */
static __always_inline void note_failed(struct sock *sk)
{
	struct call told = { .sk = sock_inode(sk) };
	u64 key = (u64)sk;

	bpf_map_update_elem(&calls, &key, &told, BPF_ANY);
}

static __always_inline int failed(struct sock *sk, const struct conn_state *state, u32 hook)
{
	struct conn_note note = { .kind = KIND_FAIL, .op = CALL_CONNECT };

	if (!(state->flags & CONN_ACTIVE) || !asked_for(KIND_FAIL))
		return 0;
	note.error = BPF_CORE_READ(sk, sk_err);
	note.origin = state->origin;
	/* No error: it was closed while it was connecting. */
	if (!note.error && left_to_call(sk))
		return 0;
	if (shared.connect_hooked)
		note_failed(sk);
	return conn_tell(sk, hook, &note, owner_of(state, &note), (void *)0);
}

static __always_inline int never_accepted(struct sock *sk, struct conn_state *state, u32 hook)
{
	struct conn_note note = { .kind = KIND_ACCEPT, .flags = CONN_F_PASSIVE };

	state->flags |= CONN_TOLD;
	__sync_fetch_and_add(&shared.waiting, -1);
	note.time_ns = state->established_ns;
	if (!asked_for(KIND_ACCEPT))
		return 0;
	return conn_tell(sk, hook, &note, owner_of(state, &note), (void *)0);
}

static __always_inline int ended(struct sock *sk, struct conn_state *state, u32 old, u32 hook)
{
	struct conn_note note = { .kind = KIND_END, .old_state = old };

	if (!(state->flags & (CONN_TOLD | CONN_OLD)))
		never_accepted(sk, state, hook);
	if (!asked_for(KIND_END))
		return 0;
	note.time_ns = bpf_ktime_get_boot_ns();
	/* How long an old one has been there is not known. */
	if (state->established_ns)
		note.span_ns = note.time_ns - state->established_ns;
	note.active = state->flags & CONN_ACTIVE ? 1 : 0;
	if (!note.active)
		note.flags = CONN_F_PASSIVE;
	return conn_tell(sk, hook, &note, owner_of(state, &note), (void *)0);
}

static __noinline int gone(struct sock *sk, u32 old, u32 hook)
{
	struct conn_state *state = conn_of(sk);

	if (!state)
		return 0;
	if (state->established_ns || state->flags & CONN_OLD)
		ended(sk, state, old, hook);
	else
		failed(sk, state, hook);
	conn_forget(sk);
	return 0;
}

/* --- steps ---------------------------------------------------------------- */

/* Into LISTEN and out of it a process goes by itself; else it is whose the connection is. */
static __noinline int tell_step(struct sock *sk, u32 old, u32 new, u32 hook)
{
	struct conn_note note = { .kind = KIND_STATE, .old_state = old, .new_state = new };
	struct conn_state *state;

	if (new == BPF_TCP_LISTEN || (old == BPF_TCP_LISTEN && new == BPF_TCP_CLOSE))
		return conn_tell_current(sk, hook, &note, (void *)0);
	state = conn_of(sk);
	/* What is asked for by its process has been entered. */
	if (!state && shared.filter & (FILTER_PID | FILTER_UID))
		return 0;
	/* Whose it is before somebody accepts it, the reader knows. */
	if (state ? !(state->flags & CONN_ACTIVE) : old == BPF_TCP_SYN_RECV)
		note.flags |= CONN_F_PASSIVE;
	return conn_tell(sk, hook, &note, owner_of(state, &note), (void *)0);
}

static __always_inline int step(struct sock *sk, u32 old, u32 new, u32 hook)
{
	struct conn_state *state;

	switch (new) {
	case BPF_TCP_SYN_SENT:
		return old == BPF_TCP_CLOSE ? on_connecting(sk, hook) : 0;
	case BPF_TCP_SYN_RECV:
		state = old == BPF_TCP_SYN_SENT ? conn_of(sk) : (void *)0;
		if (state)
			state->flags |= CONN_SIMULTANEOUS;
		return 0;
	case BPF_TCP_ESTABLISHED:
		return established(sk, old, hook);
	case BPF_TCP_CLOSE:
		return old == BPF_TCP_LISTEN ? 0 : gone(sk, old, hook);
	default:
		return 0;
	}
}

__hidden int on_tcp_state(struct sock *sk, u32 old, u32 new, u32 hook)
{
	if (!shared.ready || !sk)
		return 0;
	/* Its owner is known after the first step, and until the last. */
	if (asked_for(KIND_STATE) && new != BPF_TCP_SYN_SENT && old != new)
		tell_step(sk, old, new, hook);
	step(sk, old, new, hook);
	if (asked_for(KIND_STATE) && new == BPF_TCP_SYN_SENT)
		tell_step(sk, old, new, hook);
	return 0;
}

__hidden int on_tcp_state_again(struct sock *sk, u32 old, u32 new, u32 hook)
{
	if (!shared.ready || !sk)
		return 0;
	return step(sk, old, new, hook);
}

/* --- by its descriptor, or left waiting ------------------------------------ */

__hidden int on_conn_released(struct sock *sk, u32 hook)
{
	struct conn_state *state;

	if (!shared.ready || !sk)
		return 0;
	state = conn_of(sk);
	if (!state || !(state->flags & (CONN_UDP | CONN_OLD)))
		return 0;
	if (state->flags & CONN_OLD && !shared.ends_by_release)
		return 0; /* its last step is seen */
	if (state->flags & CONN_OLD || state->established_ns)
		ended(sk, state, BPF_TCP_ESTABLISHED, hook);
	conn_forget(sk);
	return 0;
}

/*
 * Every connection that is established and that nobody has accepted in a
 * while: told with its listener. The reader runs this when some wait.
 */
#define PATIENCE_NS 200000000

SEC("?iter/bpf_map_elem")
int conn_waiting(struct bpf_iter__bpf_map_elem *ctx)
{
	struct conn_state *state = ctx->value;
	u64 *key = ctx->key;
	u64 now = bpf_ktime_get_boot_ns();

	if (!key || !state)
		return 0;
	if (state->flags || now - state->established_ns < PATIENCE_NS)
		return 0;
	never_accepted((void *)*key, state, HOOK_WAITING);
	return 0;
}
