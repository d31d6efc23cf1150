// SPDX-License-Identifier: GPL-2.0-only
/* Rings, counters and the hook-neutral handlers: the whole kernel side but for the wrappers. */
#include "core.bpf.h"
#include "maps.bpf.h"
#include "task.bpf.h"

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
	struct task_struct *self = (void *)bpf_get_current_task();
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

	task_fill(&task, (void *)bpf_get_current_task());
	key = told_key_of(&task);
	if (send_identity(&task))
		bpf_map_update_elem(&told_tasks, &key, &task.cgroup_id, BPF_ANY);
	return 0;
}

/* --- what --------------------------------------------------------------- */

static __noinline int send_port(struct sock *sk, u32 kind, u32 hook, u8 flags)
{
	struct task_struct *self = (void *)bpf_get_current_task();
	struct rec_task task = {};
	struct rec_port *rec;

	task_fill(&task, self);
	if (!was_told(&task))
		tell_task();
	count_produced(kind);
	rec = bpf_ringbuf_reserve(&ports_ring, sizeof(*rec), 0);
	if (!rec) {
		count_lost(kind, LOSS_RING_FULL);
		return 0;
	}
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head.type = REC_PORT;
	rec->head.kind = kind;
	rec->head.size = sizeof(*rec);
	rec->time_ns = bpf_ktime_get_boot_ns();
	sock_fill(&rec->sock, sk);
	rec->sock.flags |= flags;
	rec->task = task;
	rec->hook = hook;
	if (kind == KIND_CLOSE)
		rec->reason = task.flags & TASK_F_EXITING ? REASON_PROCESS_EXIT : REASON_CLOSED;
	bpf_ringbuf_submit(rec, wake_flags());
	return 0;
}

/* The entry of sk, unless it is that of an earlier socket at the same address. */
static __always_inline struct known_socket *known(struct sock *sk)
{
	u64 key = (u64)sk;
	struct known_socket *known = bpf_map_lookup_elem(&sockets, &key);

	if (known && known->cookie && known->cookie != sock_cookie(sk))
		return (void *)0;
	return known;
}

static __always_inline void remember(struct sock *sk, u32 kind)
{
	struct known_socket value = {
		.cookie = sock_cookie(sk),
		.backlog = BPF_CORE_READ(sk, sk_max_ack_backlog),
		.port = BPF_CORE_READ(sk, __sk_common.skc_num),
	};
	u64 key = (u64)sk;

	if (bpf_map_update_elem(&sockets, &key, &value, BPF_ANY))
		count_lost(kind, LOSS_MAP_FULL);
}

static __always_inline void forget(struct sock *sk)
{
	u64 key = (u64)sk;

	bpf_map_delete_elem(&sockets, &key);
}

__hidden int on_listen(struct sock *sk, u32 hook)
{
	struct known_socket *entry;
	u32 backlog;

	if (!shared.ready || !sk)
		return 0;
	entry = known(sk);
	if (!entry) {
		remember(sk, KIND_OPEN);
		send_port(sk, KIND_OPEN, hook, 0);
		return 0;
	}
	backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
	if (entry->backlog != backlog) {
		entry->backlog = backlog;
		send_port(sk, KIND_CHANGE, hook, 0);
	}
	return 0;
}

__hidden int on_udp_bound(struct sock *sk, u32 hook)
{
	struct known_socket *entry;

	if (!shared.ready || !sk)
		return 0;
	entry = known(sk);
	/* Another port: the first was given up by connect(AF_UNSPEC), which no hook here sees. */
	if (entry && entry->port == BPF_CORE_READ(sk, __sk_common.skc_num))
		return 0;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock))
		return 0; /* vxlan and its like have no holder to name, and no release to see */
	remember(sk, KIND_OPEN);
	send_port(sk, KIND_OPEN, hook, 0);
	return 0;
}

__hidden int on_unlisten(struct sock *sk, u32 hook)
{
	if (!shared.ready || !sk || !known(sk))
		return 0;
	forget(sk);
	send_port(sk, KIND_CLOSE, hook, 0);
	return 0;
}

/*
 * A listener is told whether known or not: one in LISTEN had a port for sure.
 * A UDP socket is told only if its opening was, since most are clients; while
 * the snapshot runs all are, so that a row read just before is taken back.
 */
__hidden int on_release(struct sock *sk, u32 hook)
{
	u8 flags = 0;

	if (!shared.ready || !sk)
		return 0;
	if (known(sk)) {
		forget(sk);
	} else if (BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_LISTEN ||
		   sock_is_udp(BPF_CORE_READ(sk, sk_protocol))) {
		if (!shared.snapshotting || !sock_is_udp(BPF_CORE_READ(sk, sk_protocol)) ||
		    !BPF_CORE_READ(sk, __sk_common.skc_num))
			return 0;
		flags = SOCK_F_UNTRACKED;
	}
	send_port(sk, KIND_CLOSE, hook, flags);
	return 0;
}

__hidden struct sock *sock_of_fd(u32 fd)
{
	struct task_struct *self = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(self, files, fdt);
	struct file **files, *file = (void *)0;
	struct socket *socket;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return (void *)0;
	files = BPF_CORE_READ(table, fd);
	if (bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return (void *)0;
	if (!file_is_socket(file))
		return (void *)0;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}
