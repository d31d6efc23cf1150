/* SPDX-License-Identifier: GPL-2.0-only */
/* What the walk over the processes is at, and the page it fills. */
#ifndef PORTTRACE_READER_BPF_H
#define PORTTRACE_READER_BPF_H

#include "row.bpf.h"

#define FDS_A_WORD 64 /* of the kernel's bitmap of open descriptors */

/* The task whose descriptors are gone through. A page that is full stops it anywhere. */
struct task_now {
	u64 run; /* of the iterator */
	u64 task;
	u64 start_ns; /* of the thread: its address is used again */
	u64 left;     /* descriptors of this word that were not looked at yet */
	u32 word;     /* which */
	u32 done;     /* all words were looked at */
	u32 full;     /* the page, before all of this word was looked at */
	u32 told;     /* a row names the process */
	u32 fds; /* the highest one that is left, and one: by way of memory, for the verifier */
	u32 pad;
	struct rec_task rec;
};

/* Where a walk began, and what it came to. */
struct walked {
	u64 from; /* struct dentry, struct kernfs_node; 0: there was none */
	u64 mnt;
	u64 inode; /* or the cgroup's id: an address is used again */
	u32 dev;
	u32 len;
	u32 flags; /* TASK_F_* */
};

/* What a file is goes by its functions: sockets have their own, and namespaces. */
enum file_kind { FILE_UNKNOWN, FILE_OTHER, FILE_SOCKET, FILE_NAMESPACE };

#define KINDS_MAX 64

struct known_kind {
	u64 ops; /* struct file_operations */
	u32 kind;
	u32 pad;
};

/* What the stack has no room for: of one walk. */
struct reader {
	struct task_now now;
	/* Of the descriptors of this word, while the program runs. */
	struct file *files[FDS_A_WORD];
	u64 sockets[FDS_A_WORD]; /* 0: it is none */
	u64 socks[FDS_A_WORD];
	u64 inodes[FDS_A_WORD];
	u64 touched;
	struct known_kind kinds[KINDS_MAX];
	u64 ops;
	/* The task described last. */
	u64 last_start_ns;
	u32 last_tgid;
	u32 host_netns; /* of the kernel's first process; 0: not known yet */
	u32 walk;       /* its number */
	struct net_number net;
	u64 told_net; /* of the process before */
	/* Whose texts info has: the next process often has the same. */
	struct walked exe;
	struct walked cgroup;
	struct rec_task_info info;
	struct conn_state conn;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WALKS_MAX);
	__type(key, u32);
	__type(value, struct reader);
} the_readers SEC(".maps");

/* Mapped by the reader, who empties one when its read() has come back. */
struct snapshot_page pages[WALKS_MAX] = {};

/* That of the thread that walks; the first one is for who has no number. */
static __always_inline struct reader *reader_of(void)
{
	u32 walk = pages[1].tid == (u32)bpf_get_current_pid_tgid();
	struct reader *reader = bpf_map_lookup_elem(&the_readers, &walk);

	if (reader)
		reader->walk = walk;
	return reader;
}

static __always_inline struct snapshot_page *page_of(const struct reader *reader)
{
	return &pages[reader->walk & (WALKS_MAX - 1)];
}

/* Room for records of size bytes (a constant) together; NULL: there is none left. */
static __always_inline void *page_room(const struct reader *reader, u64 size)
{
	struct snapshot_page *page = page_of(reader);
	u64 at = page->len;

	asm volatile("" : "+r"(at)); /* keep the bound in the register that is added */
	if (at > SNAPSHOT_PAGE - size)
		return (void *)0;
	return page->bytes + at;
}

static __always_inline void page_took(const struct reader *reader, u64 size)
{
	page_of(reader)->len += size;
}

#endif
