/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket that a descriptor leads to, as a row. */
#ifndef PORTTRACE_HOLDER_SOCKET_BPF_H
#define PORTTRACE_HOLDER_SOCKET_BPF_H

#include "noted.bpf.h"
#include "reader.bpf.h"

/* The way from a descriptor to the socket behind it. */
struct way {
	struct file **slot;
	struct file *file;
	u64 private_data; /* the socket */
	u64 inode;
	struct sock *sk;
};

static __always_inline u64 private_data_of(struct file *file)
{
	return (u64)FIELD(CASTS, file, private_data);
}

/*
 * Whether it still is the way. Who closes clears the slot before anything else
 * (fs/file.c, file_close_fd_locked), and a file that is used again has another socket: so what
 * was read meanwhile is this socket's, and what its close tells comes after this.
 */
static __always_inline bool still_leads(const struct way *way)
{
	u64 file = 0, then = (u64)way->file;

	/* Or the compiler would read by what it finds here, which has no type. */
	asm volatile("" : "+r"(then));
	bpf_probe_read_kernel(&file, sizeof(file), way->slot);
	return file == then && private_data_of(way->file) == way->private_data;
}

/*
 * A connection older than the trace: from here on its end is told, with this
 * process. One that began meanwhile is entered already.
 */
static __always_inline void enter_connection(struct reader *reader, struct sock *sk,
					     const struct way *way)
{
	struct conn_state *state = &reader->conn;
	u64 key = (u64)sk;

	if (!config.conns || BPF_CORE_READ(sk, sk_protocol) != PROTO_TCP ||
	    BPF_CORE_READ(sk, __sk_common.skc_state) != TCP_STATE_ESTABLISHED)
		return;
	__builtin_memset(state, 0, sizeof(*state));
	state->flags = CONN_OLD | CONN_OWNED;
	state->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
	state->owner = reader->now.rec;
	if (bpf_map_update_elem(&conns, &key, state, BPF_NOEXIST) || still_leads(way))
		reader->now.told = 1;
	else
		bpf_map_delete_elem(&conns, &key);
}

/* The one that has the port, see sock_with_port(). */
static __always_inline struct sock *sock_of_mptcp(struct sock *msk)
{
	struct sock *first = compat_mptcp_first(msk);

	return first ? AS(sock, first) : first;
}

/* False: the page is full. */
static __always_inline bool tell_socket(struct reader *reader, const struct way *way, u32 fd)
{
	struct rec_holder *rec = page_room(reader, sizeof(*rec));
	struct sock *sk = way->sk;
	bool is_port, of_mptcp = FIELD(CASTS, sk, sk_protocol) == PROTO_MPTCP;

	if (!rec)
		return false;
	if (of_mptcp)
		sk = sock_of_mptcp(sk);
	if (!sk)
		return true;
	__builtin_memset(rec, 0, sizeof(*rec));
	rec->head.type = REC_HOLDER;
	rec->head.size = sizeof(*rec);
	/* The beginning of a row with a holder is one without. */
	if (row_fill((struct rec_open_socket *)rec, sk, &reader->net, of_mptcp, CASTS) !=
	    ROW_FILLED) {
		enter_connection(reader, sk, way);
		return true;
	}
	/* One that the kernel made, for MPTCP, has the inode of the file's. */
	rec->found.inode = way->inode;
	rec->task = reader->now.rec;
	rec->fd = fd;
	rec->time_ns = bpf_ktime_get_boot_ns();
	is_port = is_of_port(&rec->sock, sk);
	if (!still_leads(way)) {
		unmark(sk, &rec->sock);
		return true;
	}
	if (!is_port)
		return true;
	page_took(reader, sizeof(*rec));
	reader->now.told = 1;
	note_told(sk, cookie_or_hash(rec->sock.cookie, *(volatile u64 *)&rec->sock.sk));
	return true;
}

#endif
