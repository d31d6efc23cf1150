/* SPDX-License-Identifier: GPL-2.0-only */
/* The descriptors of a task, a word of the kernel's bitmap at a time. */
#ifndef PORTTRACE_HOLDER_FILES_BPF_H
#define PORTTRACE_HOLDER_FILES_BPF_H

#include "file_kind.bpf.h"
#include "holder_netns.bpf.h"
#include "holder_socket.bpf.h"

/*
 * Nearly all of the time goes to waiting for memory: file, socket and sock lie
 * somewhere each. So it is read in stages, each for all descriptors of a word: what one
 * asks for does not wait for the other's.
 */
struct fds {
	struct reader *reader;
	u64 slots; /* where the kernel has files[0] */
};

/* The file. What is of no interest is done with. */
STEP long file_step(u32 index, void *ctx)
{
	struct fds *fds = ctx;
	struct reader *reader = fds->reader;
	u64 bit = 1ULL << (index &= FDS_A_WORD - 1);
	struct file *file = reader->files[index];
	u32 kind;

	reader->sockets[index] = 0;
	if (!(reader->now.left & bit))
		return 0;
	kind = file ? kind_of(reader, AS(file, file)) : FILE_OTHER;
	if (kind == FILE_SOCKET)
		reader->sockets[index] = private_data_of(AS(file, file));
	else if (kind == FILE_OTHER)
		reader->now.left &= ~bit;
	return 0;
}

/* The socket of those that are one. */
STEP long socket_step(u32 index, void *ctx)
{
	struct fds *fds = ctx;
	struct reader *reader = fds->reader;
	struct socket_alloc *socket;

	index &= FDS_A_WORD - 1;
	if (!reader->sockets[index])
		return 0;
	socket = AS(socket_alloc, (void *)reader->sockets[index]);
	reader->socks[index] = (u64)FIELD(CASTS, socket, socket.sk);
	reader->inodes[index] = FIELD(CASTS, socket, vfs_inode.i_ino);
	return 0;
}

#ifndef BUILD_UNROLLED
/* And what a row of it will ask for, so that it is on its way. */
STEP long sock_step(u32 index, void *ctx)
{
	struct fds *fds = ctx;
	struct reader *reader = fds->reader;
	struct sock *sk;

	index &= FDS_A_WORD - 1;
	if (!reader->sockets[index] || !reader->socks[index])
		return 0;
	sk = AS(sock, (void *)reader->socks[index]);
	reader->touched = FIELD(CASTS, sk, __sk_common.skc_num) +
			  FIELD(CASTS, sk, __sk_common.skc_cookie.counter) +
			  FIELD(CASTS, sk, sk_protocol) + FIELD(CASTS, sk, sk_max_ack_backlog) +
			  sock_port_by(sk, PROTO_TCP, CASTS);
	return 0;
}
#endif

/* The last stage. False: the page is full. */
static __always_inline bool tell_file(struct reader *reader, u32 index, u64 slot)
{
	struct file *file = AS(file, reader->files[index]);
	u32 fd = reader->now.word * FDS_A_WORD + index;
	struct way way = {
		.slot = (void *)slot,
		.file = file,
		.private_data = reader->sockets[index],
		.inode = reader->inodes[index],
	};

	if (!way.private_data)
		return tell_netns(reader, BPF_CORE_READ(file, f_inode, i_ino), fd);
	if (!reader->socks[index])
		return true;
	way.sk = AS(sock, (void *)reader->socks[index]);
	return tell_socket(reader, &way, fd);
}

/*
 * 1 if the page is full. Global, so that it is verified once; which is why the build that
 * unrolls has the other stages here, too.
 */
__noinline int finish_file(u32 index, u64 slot)
{
	struct reader *reader = reader_of();

	if (!reader)
		return 0;
	index &= FDS_A_WORD - 1;
#ifdef BUILD_UNROLLED
	struct fds fds = { .reader = reader };

	file_step(index, &fds);
	socket_step(index, &fds);
#endif
	return reader->now.left & 1ULL << index && !tell_file(reader, index, slot);
}

STEP long tell_step(u32 index, void *ctx)
{
	struct fds *fds = ctx;
	struct task_now *now = &fds->reader->now;
	u64 bit = 1ULL << (index & (FDS_A_WORD - 1));

	if (now->full || !(now->left & bit))
		return 0;
	if (finish_file(index, fds->slots + index * sizeof(struct file *))) {
		now->full = 1;
		return 1;
	}
	now->left &= ~bit;
	return 0;
}

/* One more than the place of the highest bit. The unrolled build takes all steps, and does not ask. */
__attribute__((unused)) static __always_inline u32 bits_used(u64 word)
{
	u32 n = 0;

	for (u32 half = FDS_A_WORD / 2; half; half /= 2) {
		if (word >> half) {
			word >>= half;
			n += half;
		}
	}
	return word ? n + 1 : 0;
}

/* Of a small table the rest lies in memory that nothing else needs. */
static __always_inline bool copy_files(struct reader *reader, u64 slots)
{
	u64 size = *(volatile u32 *)&reader->now.fds * sizeof(*reader->files);

	if (size > sizeof(reader->files))
		size = sizeof(reader->files);
	return !bpf_probe_read_kernel(reader->files, size, (void *)slots);
}

static __always_inline void look_at_word(struct reader *reader, struct fdtable *table)
{
	struct task_now *now = &reader->now;
	struct fds fds = { .reader = reader };

	fds.slots = (u64)BPF_CORE_READ(table, fd) + now->word * sizeof(reader->files);
	now->fds = bits_used(now->left);
	if (!copy_files(reader, fds.slots))
		return;
#ifndef BUILD_UNROLLED
	WALK(*(volatile u32 *)&now->fds, FDS_A_WORD, file_step, &fds);
	WALK(*(volatile u32 *)&now->fds, FDS_A_WORD, socket_step, &fds);
	if (CASTS)
		WALK(*(volatile u32 *)&now->fds, FDS_A_WORD, sock_step, &fds);
#endif
	WALK(*(volatile u32 *)&now->fds, FDS_A_WORD, tell_step, &fds);
}

/* Words of the bitmap that are looked at before the program has to be called again. */
#ifdef BUILD_UNROLLED
#define WORDS_MAX 1
#else
#define WORDS_MAX 4096
#endif

struct words {
	struct reader *reader;
	struct files_struct *files;
};

/* 1: all was looked at, or the page is full. At the next word the table may be another one. */
STEP long word_step(u32 index, void *ctx)
{
	struct words *words = ctx;
	struct task_now *now = &words->reader->now;
	struct files_struct *files = words->files;
	struct fdtable *table = BPF_CORE_READ(files, fdt);
	const unsigned long *open = BPF_CORE_READ(table, open_fds);
	u32 n = BPF_CORE_READ(table, max_fds) / FDS_A_WORD;

	if (now->word < n) {
		if (!now->left)
			bpf_probe_read_kernel(&now->left, sizeof(now->left), open + now->word);
		if (now->left)
			look_at_word(words->reader, table);
		if (now->full)
			return 1;
		now->left = 0;
		now->word++;
	}
	now->done = now->word >= n;
	return now->word >= n;
}

/* Goes on where it was. True when all of the table was looked at. */
static __always_inline bool look_at_files(struct reader *reader, struct files_struct *files)
{
	struct words words = { reader, files };

	reader->now.full = 0;
	WALK(WORDS_MAX, WORDS_MAX, word_step, &words);
	return reader->now.done;
}

#endif
