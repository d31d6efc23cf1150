// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of connections. Apart from that of ports, so that no flood of
 * connections can hide a new listener.
 */
#define TYPED_WALKS
#include "conn.bpf.h"
#include "filter.bpf.h"
#include "origin.bpf.h"
#include "tuple.bpf.h"
#include "who.bpf.h"

#define SOCK_DONE 1 /* include/net/sock.h, enum sock_flags: a FIN came */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} conns_ring SEC(".maps");

/*
 * Both ends; what is known of the socket is in rec->sock already. A function of
 * its own for its stack. The note is not handed on: 7.2 takes a part of the stack
 * for dead that only a function called by a called one reads, and refuses the read.
 */
static __noinline int fill_ends(struct rec_conn *rec, struct sock *sk, u32 hook)
{
	struct sock_facts facts = { rec->sock.netns, PROTO_TCP, rec->sock.flags };
	u64 aligned[SOCK_COMMON_SIZE / sizeof(u64)];
	struct inet_sock *inet = (void *)sk;
	const void *raw = sk;
	u16 port;

	if (!sock_is_typed(hook)) {
		if (bpf_probe_read_kernel(aligned, sizeof(aligned), sk))
			return -1;
		raw = aligned;
	}
	if (!facts.netns)
		facts = sock_facts_of(sk, HOOK_NONE, COMMON_NET(raw));
	sock_fill_from(&rec->sock, sk, raw, &facts);
	/* A port that was picked for the socket leaves skc_num before the last state is stored. */
	if (!rec->sock.port) {
		port = BPF_CORE_READ(inet, inet_sport);
		rec->sock.port = __builtin_bswap16(port);
	}
	if (rec->head.kind == KIND_BIND)
		return 0;
	sock_fill_remote(rec->remote_addr, &rec->remote_port, rec->sock.family, raw);
	return 0;
}

/* Whether a FIN of ours was acknowledged: the state may say it without a look. */
static __always_inline bool fin_acked(struct tcp_sock *tp, u32 hook, u32 old)
{
	if (old == BPF_TCP_ESTABLISHED || old == BPF_TCP_CLOSE_WAIT)
		return false;
	return old == BPF_TCP_FIN_WAIT2 ||
	       SOCK_FIELD(hook, tp, snd_una) == SOCK_FIELD(hook, tp, write_seq);
}

/* Whether the other's came; those behind it in the order of states have had it. */
static __always_inline bool fin_came(struct sock *sk, u32 hook, u32 old)
{
	return old == BPF_TCP_CLOSE_WAIT || old == BPF_TCP_LAST_ACK || old == BPF_TCP_CLOSING ||
	       SOCK_FIELD(hook, sk, __sk_common.skc_flags) & 1UL << SOCK_DONE;
}

/*
 * Payload alone. bytes_acked counts our SYN, if it was sent by a connect, and
 * our FIN once it is acknowledged; bytes_received counts the other's FIN
 * (net/ipv4/tcp_input.c, tcp_snd_una_update, tcp_rcv_nxt_update).
 */
static __always_inline void fill_bytes(struct rec_conn *rec, struct sock *sk, u32 hook,
				       const struct conn_note *note)
{
	struct tcp_sock *tp = (void *)sk;
	u64 sent = SOCK_FIELD(hook, tp, bytes_acked);
	u64 received = SOCK_FIELD(hook, tp, bytes_received);
	u64 payload;

	if (note->active && sent)
		sent--;
	if (sent && fin_acked(tp, hook, note->old_state))
		sent--;
	if (received && fin_came(sk, hook, note->old_state))
		received--;
	rec->bytes_sent = sent;
	rec->bytes_received = received;
	rec->flags |= CONN_F_BYTES;
	if (!(note->flags & CONN_F_FOUND))
		return;
	/* Of one from before it is not known who began; no more was sent than this. */
	payload = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	if (payload < sent)
		rec->bytes_sent = payload;
}

/* A call that failed left the socket without the address it asked for. */
static __always_inline void fill_asked(struct rec_conn *rec, const struct call *call)
{
	if (rec->op == CALL_CONNECT) {
		__builtin_memcpy(rec->remote_addr, call->addr, sizeof(rec->remote_addr));
		rec->remote_port = call->port;
	} else {
		__builtin_memcpy(rec->sock.addr, call->addr, sizeof(rec->sock.addr));
		rec->sock.port = call->port;
	}
}

static __always_inline void fill_note(struct rec_conn *rec, const struct conn_note *note)
{
	rec->time_ns = note->time_ns ? note->time_ns : bpf_ktime_get_boot_ns();
	rec->span_ns = note->span_ns;
	rec->error = note->error;
	rec->op = note->op;
	rec->old_state = note->old_state;
	rec->new_state = note->new_state;
	rec->origin = note->origin;
	rec->flags = note->flags;
	rec->sock.netns = note->netns;
	rec->sock.flags = note->sock_flags;
}

/*
 * Most of what is kept out is known by its ports, and takes no place in the ring.
 * The rest is asked for when the record is full.
 */
static __noinline int ports_may_pass(struct sock *sk, u32 hook)
{
	u16 port = SOCK_FIELD(hook, sk, __sk_common.skc_num);
	u16 remote = SOCK_FIELD(hook, sk, __sk_common.skc_dport);

	remote = __builtin_bswap16(remote);
	return !port || filter_has_port(port) || (remote && filter_has_port(remote));
}

__hidden int conn_tell(struct sock *sk, u32 hook, const struct conn_note *note,
		       const struct rec_task *task, const struct call *call)
{
	struct rec_conn *rec;

	/* The address of a call that failed may be another than the socket's. */
	if (!call && shared.filter & FILTER_PORT && !ports_may_pass(sk, hook))
		return 0;
	rec = bpf_ringbuf_reserve(&conns_ring, sizeof(*rec), 0);
	if (!rec) {
		count_produced(note->kind);
		count_lost(note->kind, LOSS_RING_FULL);
		return 0;
	}
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head = (struct rec_head){ REC_CONN, note->kind, sizeof(*rec) };
	fill_note(rec, note);
	rec->hook = hook;
	if (task)
		rec->task = *task;
	else
		rec->flags |= CONN_F_NO_OWNER;
	if (fill_ends(rec, sk, hook)) {
		bpf_ringbuf_discard(rec, 0);
		return 0;
	}
	if (note->kind == KIND_END && rec->sock.proto == PROTO_TCP)
		fill_bytes(rec, sk, hook, note);
	if (call && call->has_addr)
		fill_asked(rec, call);
	if (!rec->sock.port)
		rec->flags |= CONN_F_NO_LOCAL;
	if (shared.filter && !filter_pass_socket(&rec->sock, rec->remote_port)) {
		/* It wakes as a record would: one behind it wakes nobody who has not come past it. */
		bpf_ringbuf_discard(rec, shared.conn_reader_polls ? BPF_RB_NO_WAKEUP : 0);
		return 0;
	}
	count_produced(note->kind);
	bpf_ringbuf_submit(rec, wake_flags(&conns_ring, shared.conn_reader_polls, sizeof(*rec)));
	return 0;
}

__hidden __noinline int introduce_caller(void)
{
	introduce(SLOT_CONNS);
	return 0;
}

static __noinline int tell_as_caller(struct sock *sk, u32 hook, struct conn_note *note,
				     const struct call *call)
{
	struct rec_task task = {};

	if (!note)
		return 0;
	task_fill(&task, compat_current());
	filter_mark(&task);
	note->origin = origin_of_current();
	return conn_tell(sk, hook, note, &task, call);
}

__hidden int conn_tell_current(struct sock *sk, u32 hook, struct conn_note *note,
			       const struct call *call)
{
	if (shared.filter && !filter_pass_current())
		return 0;
	introduce_caller();
	return tell_as_caller(sk, hook, note, call);
}
