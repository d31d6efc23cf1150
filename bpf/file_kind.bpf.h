/* SPDX-License-Identifier: GPL-2.0-only */
/* What a file is: by its functions, once they were seen with an inode that says so. */
#ifndef PORTTRACE_FILE_KIND_BPF_H
#define PORTTRACE_FILE_KIND_BPF_H

#include "reader.bpf.h"

#define NSFS_MAGIC 0x6e736673 /* linux/magic.h */
#define FMODE_PATH 0x4000     /* linux/fs.h: opened with O_PATH, and has no functions of its own */

static __always_inline u32 kind_by_inode(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if ((BPF_CORE_READ(inode, i_mode) & MODE_TYPE) == MODE_SOCKET)
		return FILE_SOCKET;
	return BPF_CORE_READ(inode, i_sb, s_magic) == NSFS_MAGIC ? FILE_NAMESPACE : FILE_OTHER;
}

/* As a number, by way of memory: with a typed pointer there is no arithmetic. */
static __always_inline u64 ops_of(struct reader *reader, struct file *file)
{
	*(volatile u64 *)&reader->ops = (u64)FIELD(CASTS, file, f_op);
	return *(volatile u64 *)&reader->ops;
}

static __always_inline u32 kind_of(struct reader *reader, struct file *file)
{
	u64 ops = ops_of(reader, file);
	/* They lie in the read-only data, more than 32 bytes apart. Two that meet here learn in turn. */
	struct known_kind *known = &reader->kinds[(ops >> 5 ^ ops >> 11) & (KINDS_MAX - 1)];
	u32 kind;

	if (known->ops == ops)
		return known->kind;
	kind = kind_by_inode(file);
	if (!(BPF_CORE_READ(file, f_mode) & FMODE_PATH)) {
		known->ops = ops;
		known->kind = kind;
	}
	return kind;
}

#endif
