// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is open now. task_file sees every descriptor of every process in every
 * network namespace, and so the holders; tcp and udp see, in one namespace,
 * also what no process has a descriptor of (kernel listeners, descriptors in
 * flight, io_uring fixed files). The reader joins them by socket address.
 */
#define MAPS_LIVE_HERE
#include "maps.bpf.h"
#include "reader.bpf.h"
#include "tuple.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define NSFS_MAGIC 0x6e736673 /* linux/magic.h */

/* tcp(7) has no such option; uapi/linux/bpf.h has it since v6.12. */
#define SOL_TCP 6
#ifndef TCP_BPF_SOCK_OPS_CB_FLAGS
#define TCP_BPF_SOCK_OPS_CB_FLAGS 1008
#endif

/* Network namespaces already reported, by inode. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096); /* what does not fit is reported again */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, u32);
	__type(value, u8);
} seen_netns SEC(".maps");

/*
 * With nobody to follow: the sockets whose rows task_file told, by the last bits of
 * their cookies, which are counted up. Of two that meet in a slot the first is told
 * once more, and the reader joins its rows.
 */
#define NOTED_MAX 65536

struct noted {
	u64 cookie;
	u64 sk;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NOTED_MAX);
	__type(key, u32);
	__type(value, struct noted);
} noted SEC(".maps");

/* 1: a listener could not be flagged (the option came later than the helper). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} flag_refused SEC(".maps");

/*
 * From here on the kernel side tells the close of sk. Rows of one socket come
 * once for each holder; the first one enters it.
 */
static __always_inline bool mark(struct sock *sk, struct rec_socket *out)
{
	struct known_socket value = { .cookie = out->cookie,
				      .backlog = out->backlog,
				      .port = out->port };
	u64 key = (u64)sk;
	struct known_socket *known = bpf_map_lookup_elem(&sockets, &key);

	if (known && (!known->cookie || known->cookie == out->cookie))
		return true;
	if (out->flags & SOCK_F_CONNECTED)
		return false;
	bpf_map_update_elem(&sockets, &key, &value, BPF_ANY);
	return false;
}

/* What its state says alone: whether it may be told of. */
static __always_inline bool may_be_told(u16 proto, const void *raw)
{
	u8 state = COMMON_FIELD(raw, u8, skc_state);

	if (!is_inet(COMMON_FIELD(raw, u16, skc_family), proto))
		return false;
	if (sock_is_udp(proto))
		return COMMON_FIELD(raw, u16, skc_num);
	if (state == TCP_STATE_LISTEN)
		return true;
	return config.conn_rows && proto == PROTO_TCP && state != TCP_STATE_CLOSE;
}

static __always_inline u32 net_inum(struct reader *reader, const struct net *net)
{
	if (!reader)
		return BPF_CORE_READ(net, ns.inum);
	if (reader->net != (u64)net) {
		reader->net_inum = BPF_CORE_READ(net, ns.inum);
		reader->net = (u64)net;
	}
	return reader->net_inum;
}

/* As sock_facts_of(), with what is known already: here sockets come in thousands. */
static __always_inline struct sock_facts facts_of(struct sock *sk, u16 proto, u32 netns)
{
	struct sock_facts facts = { .netns = netns, .proto = proto };

	if (proto == PROTO_TCP && compat_is_mptcp_subflow(sk, false))
		facts.flags = SOCK_F_MPTCP;
	else if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock))
		facts.flags = SOCK_F_KERNEL;
	return facts;
}

enum row_filled { ROW_FILLED, ROW_NOT_TOLD };

/*
 * All of a row (zeroed by the caller) but its inode, if it is one to be told. A function of its
 * own for its stack. Without a reader it is the table of a namespace that is read.
 */
static __noinline int row_fill(struct rec_open_socket *row, struct sock *sk, struct reader *reader)
{
	u64 aligned[SOCK_COMMON_SIZE / sizeof(u64)];
	const void *raw = aligned;
	struct rec_socket *out = &row->sock;
	struct rec_found *found = &row->found;
	u16 proto = BPF_CORE_READ(sk, sk_protocol);
	struct sock_facts facts;

	if (bpf_probe_read_kernel(aligned, sizeof(aligned), sk) || !may_be_told(proto, raw))
		return ROW_NOT_TOLD;
	facts = facts_of(sk, proto, net_inum(reader, COMMON_NET(raw)));
	sock_fill_common(out, sk, raw, &facts);
	out->port_by = sock_port_by(sk, proto);
	if (out->state == TCP_STATE_LISTEN) {
		out->backlog = BPF_CORE_READ(sk, sk_max_ack_backlog);
		found->accept_queue = BPF_CORE_READ(sk, sk_ack_backlog);
		found->flags = FOUND_F_QUEUE;
		return ROW_FILLED;
	}
	sock_fill_remote(found->remote_addr, &found->remote_port, out->family, raw);
	if (!sock_is_udp(out->proto) || out->state == TCP_STATE_ESTABLISHED)
		out->flags |= SOCK_F_CONNECTED;
	return ROW_FILLED;
}

/* Whether a row that was filled has an open port, or is a UDP socket that had one opened. */
static __always_inline bool is_of_port(struct rec_socket *out, struct sock *sk)
{
	if (config.unfollowed)
		return config.conn_rows || !(out->flags & SOCK_F_CONNECTED);
	if (mark(sk, out))
		out->flags |= SOCK_F_TRACKED;
	return !(out->flags & SOCK_F_CONNECTED) || out->flags & SOCK_F_TRACKED;
}

/* Ancestors between the reader and the kernel's first process. */
#define ANCESTORS_MAX 64

/* The network namespace of the kernel's first process: "host". 0 until known. */
__u32 host_netns = 0;

/* Up the reader's ancestors, since a pid namespace may hide process 1 from the iterator. */
STEP long climb_step(u32 index, void *ctx)
{
	struct task_struct **task = ctx;

	/* At the first process nothing changes any more. */
	if (BPF_CORE_READ(*task, tgid) > 1)
		*task = BPF_CORE_READ(*task, real_parent);
	return 0;
}

static __always_inline void find_host_netns(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	WALK(ANCESTORS_MAX, ANCESTORS_MAX, climb_step, &task);
	if (BPF_CORE_READ(task, tgid) <= 1)
		host_netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
}

/*
 * A page that overflows drops all that this row has written and asks for it
 * again, so what was told is noted last, when the whole row got through.
 */
struct told {
	u32 netns; /* 0: none that was new */
	u32 tgid;
	u64 start_ns;
};

static __always_inline bool tell_netns(struct bpf_iter_meta *meta, struct told *told, u32 inum,
				       u32 tgid, s32 fd)
{
	struct rec_netns rec = { .head = { REC_NETNS, 0, sizeof(rec) } };

	if (!inum || bpf_map_lookup_elem(&seen_netns, &inum))
		return true;
	rec.netns = inum;
	rec.tgid = tgid;
	rec.fd = fd;
	rec.is_initial = inum == host_netns;
	told->netns = inum;
	return put(meta, &rec.head, sizeof(rec));
}

/*
 * A connection older than the trace: from here on its end is told, with this
 * process. One that began meanwhile is entered already.
 */
static __always_inline bool tell_connection(const struct row *row, struct sock *sk,
					    struct told *told)
{
	struct conn_state *state = &row->reader->conn;
	u64 key = (u64)sk;

	if (!config.conns || BPF_CORE_READ(sk, sk_protocol) != PROTO_TCP ||
	    BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_ESTABLISHED)
		return true;
	__builtin_memset(state, 0, sizeof(*state));
	state->flags = CONN_OLD | CONN_OWNED;
	state->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	task_fill(&state->owner, row->task);
	told->tgid = state->owner.tgid;
	told->start_ns = state->owner.start_ns;
	if (!tell_holder_task(row, &state->owner))
		return false;
	bpf_map_update_elem(&conns, &key, state, BPF_NOEXIST);
	return true;
}

/* Where a socket is noted once its row was told; NULL: nowhere, somebody follows. */
static __always_inline struct noted *slot_of(u64 cookie)
{
	u32 slot = cookie & (NOTED_MAX - 1);

	return config.unfollowed && cookie ? bpf_map_lookup_elem(&noted, &slot) : (void *)0;
}

/* By the address as well: what an MPTCP listener accepts has its cookie. */
static __always_inline bool was_told(struct sock *sk, u64 cookie)
{
	struct noted *slot = slot_of(cookie);

	return slot && slot->cookie == cookie && slot->sk == (u64)sk;
}

static __always_inline void note_told(struct sock *sk, u64 cookie)
{
	struct noted *slot = slot_of(cookie);

	if (!slot)
		return;
	slot->cookie = cookie;
	slot->sk = (u64)sk;
}

static __always_inline void task_row(struct rec_task *rec, const struct row *row)
{
	struct task_now *now = &row->reader->now;

	if (!now->has_rec) {
		__builtin_memset(&now->rec, 0, sizeof(now->rec));
		task_fill(&now->rec, row->task);
		now->has_rec = 1;
	}
	*rec = now->rec;
}

static __always_inline bool tell_holder(const struct row *row, struct told *told)
{
	struct rec_holder *rec = &row->reader->holder;
	struct socket *socket = row->file->private_data;
	struct sock *of_file = BPF_CORE_READ(socket, sk), *sk = sock_with_port(of_file);
	u64 cookie;

	if (!sk)
		return true;
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head.type = REC_HOLDER;
	rec->head.size = sizeof(*rec);
	/* The beginning of a row with a holder is one without. */
	if (row_fill((struct rec_open_socket *)rec, sk, row->reader) != ROW_FILLED)
		return tell_connection(row, sk, told);
	cookie = compat_make_cookie_of(row->file);
	if (cookie && sk == of_file)
		rec->sock.cookie = cookie;
	if (!is_of_port(&rec->sock, sk))
		return true;
	/* One that the kernel made, for MPTCP, has the inode of the file's. */
	rec->found.inode = row->file->f_inode->i_ino;
	task_row(&rec->task, row);
	rec->time_ns = bpf_ktime_get_boot_ns();
	rec->fd = row->fd;
	told->tgid = rec->task.tgid;
	told->start_ns = rec->task.start_ns;
	if (!tell_holder_task(row, &rec->task) || !put(row->meta, &rec->head, sizeof(*rec)))
		return false;
	note_told(sk, rec->sock.cookie);
	return true;
}

static __always_inline void look_at_task(const struct row *row)
{
	struct task_now *now = &row->reader->now;
	struct task_struct *task = row->task;
	u64 run = row->meta->session_id;

	if (now->task == (u64)task && now->start_ns == task->start_boottime && now->run == run)
		return;
	if (now->run != run)
		row->reader->exe.from = row->reader->cgroup.from = row->reader->net = 0;
	now->run = run;
	now->task = (u64)task;
	now->start_ns = task->start_boottime;
	now->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	now->netns_told = now->has_rec = 0;
}

static __always_inline bool tell_file(const struct row *row, struct told *told)
{
	struct task_now *now = &row->reader->now;
	struct task_struct *task = row->task;
	struct file *file = row->file;

	look_at_task(row);
	if (!now->netns_told && !tell_netns(row->meta, told, now->netns, task->tgid, -1))
		return false;
	if ((file->f_inode->i_mode & MODE_TYPE) == MODE_SOCKET)
		return tell_holder(row, told);
	/* Either its own namespace is new or this one: a row notes one. */
	if (told->netns || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != NSFS_MAGIC)
		return true;
	return tell_netns(row->meta, told, BPF_CORE_READ(file, f_inode, i_ino), task->tgid,
			  row->fd);
}

SEC("iter/task_file")
int snap_files(struct bpf_iter__task_file *ctx)
{
	struct row row = { ctx->meta, ctx->task, ctx->file, ctx->fd };
	struct told told = {};
	u32 zero = 0;
	u8 one = 1;

	if (!row.task || !row.file)
		return 0;
	row.reader = bpf_map_lookup_elem(&the_reader, &zero);
	if (!row.reader)
		return 0;
	if (!host_netns)
		find_host_netns();
	if (!tell_file(&row, &told))
		return 0;
	row.reader->now.netns_told = 1;
	if (told.netns)
		bpf_map_update_elem(&seen_netns, &told.netns, &one, BPF_ANY);
	if (told.tgid) {
		row.reader->last_tgid = told.tgid;
		row.reader->last_start_ns = told.start_ns;
	}
	return 0;
}

static __always_inline bool open_socket_row(struct bpf_iter_meta *meta, struct sock *sk)
{
	struct rec_open_socket rec = { .head = { REC_SOCKET, 0, sizeof(rec) } };

	if (row_fill(&rec, sk, (void *)0) != ROW_FILLED || !is_of_port(&rec.sock, sk))
		return false;
	rec.found.inode = sock_inode(sk);
	rec.time_ns = bpf_ktime_get_boot_ns();
	put(meta, &rec.head, sizeof(rec));
	return true;
}

/*
 * A connection that is not accepted yet, or that is over: less than a socket,
 * nothing behind struct sock_common is there. In the words of ss(8)
 * (net/ipv4/tcp_diag.c): the state that a request or a time-wait stands for.
 */
static __always_inline void mini_socket_row(struct bpf_iter_meta *meta, struct sock_common *skc)
{
	struct rec_open_socket rec = { .head = { REC_SOCKET, 0, sizeof(rec) } };
	struct inet_timewait_sock *over = (void *)skc;
	struct sock_facts facts = { .proto = PROTO_TCP };
	u64 aligned[SOCK_COMMON_SIZE / sizeof(u64)];
	const void *raw = aligned;
	const struct net *net;

	if (!config.conn_rows || bpf_probe_read_kernel(aligned, sizeof(aligned), skc))
		return;
	net = COMMON_NET(raw);
	facts.netns = BPF_CORE_READ(net, ns.inum);
	sock_fill_common(&rec.sock, (struct sock *)skc, raw, &facts);
	sock_fill_remote(rec.found.remote_addr, &rec.found.remote_port, rec.sock.family, raw);
	rec.sock.flags = SOCK_F_CONNECTED;
	rec.sock.state = rec.sock.state == TCP_STATE_TIME_WAIT ? BPF_CORE_READ(over, tw_substate) :
								 TCP_STATE_SYN_RECV;
	rec.time_ns = bpf_ktime_get_boot_ns();
	put(meta, &rec.head, sizeof(rec));
}

static __always_inline bool is_mini(u8 state)
{
	return state == TCP_STATE_TIME_WAIT || state == TCP_STATE_NEW_SYN_RECV;
}

SEC("iter/tcp")
int snap_tcp(struct bpf_iter__tcp *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct sock_common *skc = ctx->sk_common;
	u8 state;

	if (!skc)
		return 0;
	state = skc->skc_state;
	if (state != TCP_STATE_LISTEN && !config.conn_rows)
		return 0;
	if (was_told((struct sock *)skc, compat_make_cookie((struct sock *)skc)))
		return 0;
	if (is_mini(state))
		mini_socket_row(meta, skc);
	else
		open_socket_row(meta, (struct sock *)skc);
	return 0;
}

/*
 * The same, and asks for a call when a listener older than the trace leaves
 * LISTEN by shutdown or SOCK_DESTROY: cgroup programs see no other sign of it.
 * bpf_setsockopt() is allowed here since v5.14, this option since v6.12.
 */
SEC("?iter/tcp")
int snap_tcp_flag(struct bpf_iter__tcp *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct sock_common *skc = ctx->sk_common;
	struct tcp_sock *tp = (void *)skc;
	u32 zero = 0, one = 1;
	int flags;

	if (!skc)
		return 0;
	if (skc->skc_state == TCP_STATE_LISTEN) {
		compat_make_cookie((struct sock *)skc);
		if (!open_socket_row(meta, (struct sock *)skc))
			return 0;
	} else if (!config.conns || skc->skc_state != TCP_STATE_ESTABLISHED) {
		return 0;
	}
	flags = BPF_CORE_READ(tp, bpf_sock_ops_cb_flags);
	if (flags & BPF_SOCK_OPS_STATE_CB_FLAG)
		return 0;
	flags |= BPF_SOCK_OPS_STATE_CB_FLAG;
	if (bpf_setsockopt(skc, SOL_TCP, TCP_BPF_SOCK_OPS_CB_FLAGS, &flags, sizeof(flags)))
		bpf_map_update_elem(&flag_refused, &zero, &one, BPF_ANY);
	return 0;
}

SEC("iter/udp")
int snap_udp(struct bpf_iter__udp *ctx)
{
	struct bpf_iter_meta *meta = ctx->meta;
	struct udp_sock *udp = ctx->udp_sk;

	if (!udp)
		return 0;
	if (was_told(&udp->inet.sk, compat_make_cookie(&udp->inet.sk)))
		return 0;
	open_socket_row(meta, &udp->inet.sk);
	return 0;
}
