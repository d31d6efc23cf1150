/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a state: head, records, texts. For state.c and past.c alone. */
#ifndef PORTTRACE_MODEL_STATE_FORMAT_H
#define PORTTRACE_MODEL_STATE_FORMAT_H

#include "model/state.h"

#define STATE_MAGIC "porttrace state" /* and its NUL */
/* To be raised when anything here changes: the old one is said to be of another version. */
#define STATE_VERSION 2

#define STATE_TEXT_MAX 4096
#define STATE_TEXTS_MAX ((size_t)16 << 20)

struct state_head {
	char magic[16];
	uint32_t version;
	uint32_t sum; /* crc32() of all that follows the head, begun with followed */
	uint32_t sockets;
	uint32_t texts; /* bytes of them */
	char boot_id[BOOT_ID_LEN];
	uint32_t followed; /* STATE_FOLLOWS_... */
};

_Static_assert(sizeof(struct state_head) == 72, "no padding that nobody wrote");

/* struct state_record.flags */
#define STATE_MPTCP 0x01
#define STATE_KERNEL 0x02
#define STATE_REUSEPORT 0x04

struct state_record {
	struct endpoint local;
	uint64_t sk;
	uint64_t cookie;
	uint64_t inode;
	uint64_t opened_ns; /* 0: not known */
	uint64_t start_ns;  /* of the process; tgid 0: it is not known */
	uint64_t cgroup_id;
	uint32_t tgid;
	uint32_t uid;
	uint32_t gid;
	uint32_t backlog;
	uint32_t flags;
	uint32_t exe;    /* where it is among the texts; 0: there is none */
	uint32_t cgroup; /* likewise, its path */
	uint32_t ppid;
	char comm[COMM_LEN + 1];
	char parent_comm[COMM_LEN + 1];
	char pad[6];
};

_Static_assert(sizeof(struct state_record) == 152, "no padding that nobody wrote");

#endif
