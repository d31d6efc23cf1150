// SPDX-License-Identifier: GPL-2.0-only
/* Rings, counters and the hook-neutral handlers: the whole kernel side but for the wrappers. */
#include "core.bpf.h"
#include "files.bpf.h"
#include "maps.bpf.h"
#include "task.bpf.h"
#include "tuple.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Processes already described by a REC_TASK: later records carry the short form alone. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TOLD_TASKS_MAX);
	__type(key, struct told_key);
	__type(value, u64);
} told_tasks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} ports_ring SEC(".maps");

/* While the reader polls by itself, this much waiting wakes it all the same. */
#define WAKE_BYTES (1024 * 1024)

struct shared_state shared = {};

static __always_inline void count_produced(u32 kind)
{
	__sync_fetch_and_add(&shared.produced[kind & (COUNTER_KINDS - 1)], 1);
}

static __always_inline void count_lost(u32 kind, u32 cause)
{
	u64 now = bpf_ktime_get_boot_ns();

	__sync_fetch_and_add(&shared.lost[kind & (COUNTER_KINDS - 1)][cause & (COUNTER_CAUSES - 1)],
			     1);
	if (!shared.lost_from)
		shared.lost_from = now;
	shared.lost_to = now;
}

static __always_inline u64 wake_flags(void)
{
	if (!shared.reader_polls)
		return 0;
	if (bpf_ringbuf_query(&ports_ring, BPF_RB_AVAIL_DATA) > WAKE_BYTES)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* --- who ---------------------------------------------------------------- */

struct args_area {
	const void *start;
	u32 len;
};

/* Where the running task's arguments lie (mm_struct.arg_start, as /proc/PID/cmdline reads). */
static __always_inline struct args_area args_of(struct task_struct *self)
{
	struct mm_struct *mm = BPF_CORE_READ(self, mm);
	struct args_area area = {};
	u64 start, len;

	if (!mm)
		return area;
	start = BPF_CORE_READ(mm, arg_start);
	len = BPF_CORE_READ(mm, arg_end) - start;
	area.start = (const void *)start;
	area.len = len > ARGS_LARGE ? ARGS_LARGE + 1 : len;
	return area;
}

/*
 * One REC_ARGS with room (a constant) for arguments. What lies behind their
 * length is not zeroed: it can only be an earlier record of this ring.
 * Returns false where the ring is full.
 */
static __always_inline bool send_args(const struct rec_task *task, struct args_area area,
				      const u32 room)
{
	struct rec_args *rec = bpf_ringbuf_reserve(&ports_ring, sizeof(*rec) + room, 0);
	u64 len = area.len;

	if (!rec)
		return false;
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head.type = REC_ARGS;
	rec->head.size = sizeof(*rec) + room;
	rec->start_ns = task->start_ns;
	rec->exec_id = task->exec_id;
	rec->tgid = task->tgid;
	if (len > room) {
		len = room;
		rec->flags |= TASK_F_ARGS_TRUNCATED;
	}
	asm volatile("" : "+r"(len)); /* keep the bound in the register the call takes */
	if (len <= room && !bpf_probe_read_user(rec->args, len, area.start))
		rec->args_len = len;
	else
		rec->flags |= TASK_F_ARGS_UNREAD;
	bpf_ringbuf_submit(rec, 0);
	return true;
}

/* Paths behind their lengths are not zeroed, as above. */
static __always_inline bool send_task(const struct rec_task *task, struct task_struct *self)
{
	struct rec_task_info *rec = bpf_ringbuf_reserve(&ports_ring, sizeof(*rec), 0);

	if (!rec)
		return false;
	__builtin_memset(rec, 0, __builtin_offsetof(struct rec_task_info, exe));
	rec->head.type = REC_TASK;
	rec->head.size = sizeof(*rec);
	rec->task = *task;
	task_fill_info(rec, self);
	bpf_ringbuf_submit(rec, 0);
	return true;
}

static __always_inline bool send_identity(const struct rec_task *task)
{
	struct task_struct *self = compat_current();
	struct args_area area = args_of(self);
	bool sent = send_task(task, self);

	count_produced(KIND_TASK);
	if (!sent)
		count_lost(KIND_TASK, LOSS_RING_FULL);
	if (!area.len)
		return sent;
	count_produced(KIND_TASK);
	sent = area.len > ARGS_SMALL ? send_args(task, area, ARGS_LARGE) :
				       send_args(task, area, ARGS_SMALL);
	if (!sent)
		count_lost(KIND_TASK, LOSS_RING_FULL);
	return sent;
}

static __always_inline struct told_key told_key_of(const struct rec_task *task)
{
	return (struct told_key){
		.start_ns = task->start_ns,
		.exec_id = task->exec_id,
		.tgid = task->tgid,
	};
}

static __always_inline bool was_told(const struct rec_task *task)
{
	struct told_key key = told_key_of(task);
	u64 *cgroup_id = bpf_map_lookup_elem(&told_tasks, &key);

	return cgroup_id && *cgroup_id == task->cgroup_id;
}

/*
 * Describes the running task in full. A global function without arguments, so
 * that the verifier walks it once a program, not once a call.
 */
__noinline int tell_task(void)
{
	struct rec_task task = {};
	struct told_key key;

	task_fill(&task, compat_current());
	key = told_key_of(&task);
	if (send_identity(&task))
		bpf_map_update_elem(&told_tasks, &key, &task.cgroup_id, BPF_ANY);
	return 0;
}

/* --- what --------------------------------------------------------------- */

static __noinline int send_port(const struct rec_socket *sock, u32 kind, u32 hook, u32 reason)
{
	struct rec_task task = {};
	struct rec_port *rec;

	if (!sock)
		return 0;
	task_fill(&task, compat_current());
	if (task.flags & TASK_F_KTHREAD || task.tgid == shared.reader_tgid)
		task.flags |= TASK_F_BYSTANDER;
	else if (!was_told(&task))
		tell_task();
	count_produced(kind);
	rec = bpf_ringbuf_reserve(&ports_ring, sizeof(*rec), 0);
	if (!rec) {
		count_lost(kind, LOSS_RING_FULL);
		return 0;
	}
	rec->head = (struct rec_head){ REC_PORT, kind, sizeof(*rec) };
	rec->time_ns = bpf_ktime_get_boot_ns();
	rec->sock = *sock;
	rec->task = task;
	rec->hook = hook;
	rec->reason = reason;
	if (reason == REASON_CLOSED && task.flags & TASK_F_EXITING)
		rec->reason = REASON_PROCESS_EXIT;
	bpf_ringbuf_submit(rec, wake_flags());
	return 0;
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

__hidden int listeners_are_flagged(void)
{
	return shared.flag_listeners;
}

__hidden int on_udp_bound(struct sock *sk, u32 hook)
{
	struct rec_socket sock = {};
	struct known_socket *entry;

	if (!shared.ready || !sk || sock_fill(&sock, sk))
		return 0;
	if (sock.flags & SOCK_F_KERNEL)
		return 0; /* vxlan and its like have no holder to name, and no release to see */
	entry = known(&sock);
	/* Another port: the first was given up by connect(AF_UNSPEC), which no hook here sees. */
	if (entry && entry->port == sock.port)
		return 0;
	remember(&sock);
	send_port(&sock, KIND_OPEN, hook, REASON_NONE);
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
	} else if (sock.state != TCP_STATE_LISTEN) {
		return 0;
	}
	send_port(&sock, KIND_CLOSE, hook, REASON_CLOSED);
	return 0;
}
