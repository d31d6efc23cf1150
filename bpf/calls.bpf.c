// SPDX-License-Identifier: GPL-2.0-only
/* bind(), listen() and connect() as calls that return: what failed, and what no state change shows. */
#define CALLS_LIVE_HERE
#include "calls.bpf.h"
#include "conn.bpf.h"
#include "core.bpf.h"
#include "filter.bpf.h"
#include "origin.bpf.h"
#include "sock.bpf.h"

/* include/linux/errno.h, asm-generic/errno*.h: not a failure, or not yet */
#define EINTR 4
#define EISCONN 106
#define EALREADY 114
#define EINPROGRESS 115
#define ERESTARTSYS 512
#define ERESTART_LAST 516

/* As struct sockaddr_in and sockaddr_in6 lie in memory. */
struct address {
	u16 family;
	__be16 port;
	u32 v4;
	u8 v6[16];
};

__hidden bool called_by_io_uring(void)
{
	return origin_of_current() == ORIGIN_IO_URING;
}

__hidden int on_call_begin(struct sock *sk, u32 op, const void *address)
{
	struct call *begun, call = {};
	struct address asked = {};
	u64 key = call_key(op);

	if (!shared.ready || !sk || !sock_is_inet(sk))
		return 0;
	call.sk = (u64)sock_with_port(sk);
	begun = bpf_map_lookup_elem(&calls, &key);
	if (begun && begun->sk == call.sk)
		call.sent = begun->sent;
	if (address && !bpf_probe_read_kernel(&asked, sizeof(asked), address)) {
		call.has_addr = asked.family == AF_INET || asked.family == AF_INET6;
		call.port = __builtin_bswap16(asked.port);
		if (asked.family == AF_INET)
			__builtin_memcpy(call.addr, &asked.v4, sizeof(asked.v4));
		else
			__builtin_memcpy(call.addr, asked.v6, sizeof(asked.v6));
	}
	bpf_map_update_elem(&calls, &key, &call, BPF_ANY);
	return 0;
}

static __always_inline bool is_failure(u32 op, long ret)
{
	u32 error = -ret;

	if (ret >= 0)
		return false;
	if (op != CALL_CONNECT)
		return true;
	return error != EINPROGRESS && error != EALREADY && error != EISCONN && error != EINTR &&
	       (error < ERESTARTSYS || error > ERESTART_LAST);
}

/* The entry is there if state changes have told it; it may be of an earlier socket at this address. */
static __always_inline bool was_told_failed(struct sock *sk)
{
	u64 key = (u64)sk, inode = sock_inode(sk);
	struct call *told = bpf_map_lookup_elem(&calls, &key);
	bool same = told && inode && told->sk == inode;

	if (told)
		bpf_map_delete_elem(&calls, &key);
	return same;
}

static __always_inline int call_failed(struct sock *sk, u32 op, long ret, u32 hook,
				       const struct call *call)
{
	struct conn_note note = { .kind = KIND_FAIL, .op = op, .error = -ret };

	/* Of a connect that got as far as a SYN, state changes tell the end. */
	if (!asked_for(KIND_FAIL) || was_told_failed(sk) || (call && call->sent))
		return 0;
	if (op == CALL_BIND && !(call && call->has_addr))
		note.flags |= CONN_F_NO_LOCAL;
	return conn_tell_current(sk, hook, &note, call);
}

/*
 * Whether connect() picked the port: then its bind bucket is marked as one no
 * bind() may share (net/ipv4/inet_hashtables.c, __inet_hash_connect), or, for
 * UDP, nothing locks the port to the socket.
 */
static __always_inline bool is_autobound(struct sock *sk)
{
	struct inet_connection_sock *icsk = (void *)sk;
	struct inet_bind_bucket *bucket;

	if (!BPF_CORE_READ(sk, __sk_common.skc_num) ||
	    BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & SOCK_BINDPORT_LOCK)
		return false;
	if (sock_is_udp(BPF_CORE_READ(sk, sk_protocol)))
		return !udp_is_known(sk);
	bucket = BPF_CORE_READ(icsk, icsk_bind_hash);
	return bucket && BPF_CORE_READ(bucket, fastreuse) < 0;
}

static __always_inline int connect_ended(struct sock *sk, long ret, u32 hook)
{
	bool udp = sock_is_udp(BPF_CORE_READ(sk, sk_protocol));

	if (ret && ret != -EINPROGRESS)
		return 0;
	if (asked_for(KIND_BIND) && !(udp && shared.autobind_hooked) && is_autobound(sk))
		on_autobound(sk, hook);
	if (!udp)
		return 0;
	if (BPF_CORE_READ(sk, __sk_common.skc_state) == BPF_TCP_ESTABLISHED)
		return on_udp_connected(sk, hook);
	on_conn_released(sk, hook); /* connect(AF_UNSPEC): its peer is no more */
	/* And so is the port of a socket that nobody had locked to it. */
	if (!BPF_CORE_READ(sk, __sk_common.skc_num))
		on_udp_unbound(sk, hook);
	return 0;
}

static __always_inline int bind_ended(struct sock *sk, u32 hook)
{
	if (!BPF_CORE_READ(sk, __sk_common.skc_num))
		return 0; /* IP_BIND_ADDRESS_NO_PORT: an address alone */
	if (sock_is_udp(BPF_CORE_READ(sk, sk_protocol)))
		return on_udp_bound(sk, hook, AS_SOCKET_SAYS);
	return shared.bind_hooked ? on_tcp_bound(sk, hook) : 0;
}

static __always_inline int succeeded(struct sock *sk, u32 op, long ret, u32 hook)
{
	switch (op) {
	case CALL_BIND:
		return bind_ended(sk, hook);
	case CALL_LISTEN:
		/* Another thread may have put something else behind the descriptor. */
		if (BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_LISTEN)
			return 0;
		return on_listen(sk, hook);
	default:
		return connect_ended(sk, ret, hook);
	}
}

/* How a TCP connect went is told by state changes, but for its failures and the port it got. */
static __always_inline bool is_told_by_states(struct sock *sk, u32 op)
{
	return op == CALL_CONNECT && !asked_for(KIND_FAIL) && !asked_for(KIND_BIND) && sk &&
	       BPF_CORE_READ(sk, sk_protocol) == PROTO_TCP;
}

__hidden int on_call_end(struct sock *sk, u32 op, long ret, u32 hook)
{
	u64 key = call_key(op);
	struct call *call;

	if (!shared.ready || is_told_by_states(sk, op) || (sk && !sock_is_inet(sk)))
		return 0;
	call = bpf_map_lookup_elem(&calls, &key);
	if (sk)
		sk = sock_with_port(sk);
	if (call && sk && call->sk != (u64)sk)
		call = (void *)0; /* of a call whose end was not seen */
	if (!sk && call)
		sk = (void *)call->sk;
	if (!sk)
		return 0;
	if (is_failure(op, ret))
		call_failed(sk, op, ret, hook, call);
	else
		succeeded(sk, op, ret, hook);
	if (call)
		bpf_map_delete_elem(&calls, &key);
	return 0;
}

/* --- bind ----------------------------------------------------------------- */

static __always_inline int tell_bind(struct sock *sk, u32 hook, u32 flags)
{
	struct conn_note note = { .kind = KIND_BIND, .flags = flags };

	if (!shared.ready || !sk || !asked_for(KIND_BIND))
		return 0;
	return conn_tell_current(sk, hook, &note, (void *)0);
}

__hidden int on_tcp_bound(struct sock *sk, u32 hook)
{
	return tell_bind(sk, hook, 0);
}

__hidden int on_autobound(struct sock *sk, u32 hook)
{
	return tell_bind(sk, hook, CONN_F_AUTOBIND);
}
