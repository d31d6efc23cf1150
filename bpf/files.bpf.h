/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors of the running task, and the sockets behind them. No reference is taken. */
#ifndef PORTTRACE_FILES_BPF_H
#define PORTTRACE_FILES_BPF_H

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
#define FILES_MAX 64 /* what a process starts with (fs/file.c, NR_OPEN_DEFAULT) */
#else
#define FILES_MAX 65536
#endif

struct search {
	struct file **files;
	struct sock *sk;
	bool found;
};

STEP long search_step(u32 fd, void *ctx)
{
	struct search *search = ctx;

	search->found = sock_of_file(file_at(search->files, fd)) == search->sk;
	return search->found;
}

/* Whether the running task has a descriptor of sk. */
static __always_inline enum holds task_holds(struct sock *sk)
{
	struct fdtable *table = BPF_CORE_READ(compat_current(), files, fdt);
	u32 n = BPF_CORE_READ(table, max_fds);
	struct search search = { .files = BPF_CORE_READ(table, fd), .sk = sk };

	if (!table || n > FILES_MAX)
		return HOLDS_UNKNOWN;
	WALK(n, FILES_MAX, search_step, &search);
	return search.found ? HOLDS_YES : HOLDS_NO;
}

#endif
