/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors of the running task, and the sockets behind them. No reference is taken. */
#ifndef PORTTRACE_FILES_BPF_H
#define PORTTRACE_FILES_BPF_H

#include "branchless.bpf.h"
#include "sock.bpf.h"

static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket;

	if (!file || !file_is_socket(file))
		return (void *)0;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

static __always_inline struct file *file_at(struct file **files, u32 fd)
{
	struct file *file = (void *)0;

	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

/* What is behind a descriptor of the running task now; NULL: no socket. */
static __always_inline struct sock *sock_of_fd(u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(compat_current(), files, fdt);

	if (fd >= BPF_CORE_READ(table, max_fds))
		return (void *)0;
	return sock_of_file(file_at(BPF_CORE_READ(table, fd), fd));
}

enum holds { HOLDS_UNKNOWN, HOLDS_NO, HOLDS_YES };

/* More descriptors than this are not searched: the answer is then unknown. */
#ifdef BUILD_UNROLLED
#define FILES_MAX 64 /* what a table has at least (fs/file.c, NR_OPEN_DEFAULT) */
#else
#define FILES_MAX 65536
#endif

struct search {
	struct file **files;
	u64 sk;
	u64 found; /* 0, 1 */
};

/* Without a branch, see branchless.bpf.h: what is no socket is read as one, and not counted. */
STEP long search_step(u32 fd, void *ctx)
{
	struct search *search = ctx;
	struct file *file = file_at(search->files, fd);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct socket *socket = BPF_CORE_READ(file, private_data);
	u64 kind = BPF_CORE_READ(inode, i_mode) & MODE_TYPE;

	search->found |= 1 & ~(is_set(kind ^ MODE_SOCKET) |
			       is_set((u64)BPF_CORE_READ(socket, sk) ^ search->sk));
	return search->found;
}

/* Whether the running task has a descriptor of sk. */
static __always_inline enum holds task_holds(struct sock *sk)
{
	struct fdtable *table = BPF_CORE_READ(compat_current(), files, fdt);
	u32 n = BPF_CORE_READ(table, max_fds);
	struct search search = { .files = BPF_CORE_READ(table, fd) };

	/* As a number: arithmetic with a typed pointer is refused. */
	if (!table || n > FILES_MAX || bpf_probe_read_kernel(&search.sk, sizeof(search.sk), &sk))
		return HOLDS_UNKNOWN;
	WALK(n, FILES_MAX, search_step, &search);
	return search.found ? HOLDS_YES : HOLDS_NO;
}

#endif
