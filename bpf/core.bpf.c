// SPDX-License-Identifier: GPL-2.0-only
/* Ports: the hook-neutral handlers of their opening and closing, and their ring. */
#define MAPS_LIVE_HERE
#include "core.bpf.h"
#include "describe.bpf.h"
#include "files.bpf.h"
#include "filter.bpf.h"
#include "maps.bpf.h"
#include "origin.bpf.h"
#include "tuple_fill.bpf.h"
#include "who.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct ports_ring_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} ports_ring SEC(".maps");

/*
 * Both rings by number, for what is told on either: the verifier then walks the
 * description once a program. The reader puts the other one in where it exists.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, SLOTS);
	__uint(key_size, sizeof(u32));
	__array(values, struct ports_ring_map);
} rings SEC(".maps") = {
	.values = { [SLOT_PORTS] = &ports_ring },
};

struct shared_state shared = {};

/* A global function, which the verifier walks once a program, and not once a call. */
__noinline int tell_task(u32 slot)
{
	struct task_struct *self = compat_current();
	void *ring = bpf_map_lookup_elem(&rings, &slot);
	struct told_key who;
	u64 cgroup_id;

	if (!ring)
		return 0;
	who = told_key_of(self, slot);
	if (!send_identity(ring, &who))
		return 0;
	cgroup_id = task_cgroup_id(self);
	bpf_map_update_elem(&told_tasks, &who, &cgroup_id, BPF_ANY);
	return 0;
}

/* The reader, while its snapshot holds a socket whose owner closes it. */
static __always_inline bool is_reader(void)
{
	return TASK_FIELD(compat_current(), tgid) == shared.reader_tgid;
}

/* Apart from what follows it: the description goes deep, and the stack has no room for both. */
static __noinline int introduce_opener(void)
{
	if (!is_reader())
		introduce(SLOT_PORTS);
	return 0;
}

static __noinline int submit_port(const struct rec_socket *sock, u32 kind, u32 hook, u32 reason)
{
	struct rec_port *rec;

	if (!sock)
		return 0;
	count_produced(kind);
	rec = bpf_ringbuf_reserve(&ports_ring, sizeof(*rec), 0);
	if (!rec) {
		count_lost(kind, LOSS_RING_FULL);
		return 0;
	}
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head = (struct rec_head){ REC_PORT, kind, sizeof(*rec) };
	rec->time_ns = bpf_ktime_get_boot_ns();
	rec->sock = *sock;
	task_fill(&rec->task, compat_current());
	filter_mark(&rec->task);
	if (rec->task.flags & TASK_F_KTHREAD || is_reader())
		rec->task.flags |= TASK_F_BYSTANDER;
	rec->hook = hook;
	rec->reason = reason;
	rec->origin = kind == KIND_CLOSE ? ORIGIN_UNKNOWN : origin_of_current();
	if (reason == REASON_CLOSED && rec->task.flags & TASK_F_EXITING)
		rec->reason = REASON_PROCESS_EXIT;
	bpf_ringbuf_submit(rec, wake_flags(&ports_ring, shared.reader_polls, sizeof(*rec)));
	return 0;
}

static __always_inline void send_port(const struct rec_socket *sock, u32 kind, u32 hook, u32 reason)
{
	introduce_opener();
	submit_port(sock, kind, hook, reason);
}

/* The entry of a socket, unless it is that of an earlier one at the same address. */
static __always_inline struct known_socket *known(const struct rec_socket *sock)
{
	u64 key = sock->sk;
	struct known_socket *known = bpf_map_lookup_elem(&sockets, &key);

	if (known && known->cookie && known->cookie != sock->cookie)
		return (void *)0;
	return known;
}

static __always_inline void remember(const struct rec_socket *sock)
{
	struct known_socket value = {
		.cookie = sock->cookie,
		.backlog = sock->backlog,
		.port = sock->port,
	};
	u64 key = sock->sk;

	if (bpf_map_update_elem(&sockets, &key, &value, BPF_ANY))
		count_lost(KIND_OPEN, LOSS_MAP_FULL);
}

/* Whether the opening of this port is asked for, by this process. */
static __always_inline bool passes(const struct rec_socket *sock)
{
	if (!shared.filter)
		return true;
	return filter_pass_socket(sock, 0) && filter_pass_current();
}

static __always_inline void forget(const struct rec_socket *sock)
{
	u64 key = sock->sk;

	bpf_map_delete_elem(&sockets, &key);
}

__hidden int on_listen(struct sock *sk, u32 hook)
{
	struct rec_socket sock = {};
	struct known_socket *entry;

	if (!shared.ready || !sk || sock_fill(&sock, sk))
		return 0;
	entry = known(&sock);
	if (!entry && !passes(&sock))
		return 0;
	/* Without cookies an entry that outlived its socket is told by its port alone. */
	if (!entry || entry->port != sock.port) {
		remember(&sock);
		send_port(&sock, KIND_OPEN, hook, REASON_NONE);
	} else if (entry->backlog != sock.backlog) {
		entry->backlog = sock.backlog;
		send_port(&sock, KIND_CHANGE, hook, REASON_NONE);
	}
	return 0;
}

__hidden int on_udp_bound(struct sock *sk, u32 hook, u32 port_by)
{
	struct rec_socket sock = {};
	struct known_socket *entry;

	if (!shared.ready || !sk || sock_fill(&sock, sk))
		return 0;
	if (sock.flags & SOCK_F_KERNEL)
		return 0; /* vxlan and its like have no holder to name, and no release to see */
	entry = known(&sock);
	/* Another port: the first was given up by connect(AF_UNSPEC), which no hook here sees. */
	if ((entry && entry->port == sock.port) || (!entry && !passes(&sock)))
		return 0;
	if (port_by != AS_SOCKET_SAYS)
		sock.port_by = port_by;
	remember(&sock);
	send_port(&sock, KIND_OPEN, hook, REASON_NONE);
	return 0;
}

__hidden bool udp_is_known(struct sock *sk)
{
	u64 key = (u64)sk;

	return bpf_map_lookup_elem(&sockets, &key);
}

__hidden int on_udp_unbound(struct sock *sk, u32 hook)
{
	struct rec_socket sock = {};

	if (!udp_is_known(sk) || sock_fill(&sock, sk))
		return 0;
	forget(&sock);
	send_port(&sock, KIND_CLOSE, hook, REASON_CLOSED);
	return 0;
}

/*
 * close() marks both directions shut before the state changes (__tcp_close).
 * Of the other ways, shutdown() and connect(AF_UNSPEC) come through a
 * descriptor of the caller; SOCK_DESTROY (tcp_abort) comes from somebody who
 * has none.
 */
static __always_inline u32 unlisten_reason(struct sock *sk, const struct rec_socket *sock)
{
	if (BPF_CORE_READ(sk, sk_shutdown) == SHUTDOWN_BOTH || sock->flags & SOCK_F_MPTCP)
		return REASON_CLOSED;
	switch (task_holds(sk)) {
	case HOLDS_YES:
		return REASON_CLOSED;
	case HOLDS_NO:
		return REASON_DESTROYED;
	default:
		return REASON_NONE;
	}
}

__hidden int on_unlisten(struct sock *sk, u32 hook)
{
	struct rec_socket sock = {};

	if (!shared.ready || !sk || sock_fill(&sock, sk))
		return 0;
	/* The snapshot may have read it as open a moment ago, and not entered it yet. */
	if (!known(&sock) && !shared.snapshotting)
		return 0;
	forget(&sock);
	send_port(&sock, KIND_CLOSE, hook, unlisten_reason(sk, &sock));
	return 0;
}

/* An unknown listener: its opening was not asked for, or was missed. */
static __always_inline bool may_be_asked_for(const struct rec_socket *sock)
{
	if (!shared.filter)
		return true;
	/* By whom it was opened cannot be asked any more; while the snapshot runs, it says. */
	if (shared.filter & (FILTER_PID | FILTER_UID) && !shared.snapshotting)
		return false;
	return filter_pass_socket(sock, 0);
}

/*
 * A listener is told whether known or not: one in LISTEN had a port for sure.
 * A UDP socket is told only if its opening was, since most are clients; while
 * the snapshot runs all are, so that a row read just before is taken back.
 */
__hidden int on_release(struct sock *sk, u32 hook)
{
	struct rec_socket sock = {};
	u64 key = (u64)sk;

	if (!shared.ready || !sk)
		return 0;
	if (!bpf_map_lookup_elem(&sockets, &key) && !shared.snapshotting &&
	    BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_LISTEN)
		return 0; /* a client's: most of them end here */
	if (sock_fill(&sock, sk))
		return 0;
	if (known(&sock)) {
		forget(&sock);
	} else if (sock_is_udp(sock.proto)) {
		if (!shared.snapshotting || !sock.port)
			return 0;
		sock.flags |= SOCK_F_UNTRACKED;
	} else if (sock.state != TCP_STATE_LISTEN || !may_be_asked_for(&sock)) {
		return 0;
	}
	send_port(&sock, KIND_CLOSE, hook, REASON_CLOSED);
	return 0;
}
