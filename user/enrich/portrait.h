/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc says of one process, for who wants to know all of it. */
#ifndef PORTTRACE_ENRICH_PORTRAIT_H
#define PORTTRACE_ENRICH_PORTRAIT_H

#include "model/event.h"

struct ancestor {
	uint32_t pid;
	uint32_t uid;
	uint64_t start_ns;
	char comm[COMM_LEN + 1];
};

/* More are the work of somebody who wants to hide what is behind them. */
#define PORTRAIT_ANCESTORS_MAX 64

struct portrait {
	bool read;       /* the process is there, and may be looked at as far as this says */
	bool restricted; /* its links are not for us to read (PTRACE_MODE_READ lacks) */
	bool replaced;   /* the executable was unlinked, and there is another file by its name */
	bool other_mounts;
	bool cwd_deleted;
	uint32_t mounts; /* inode of its mount namespace; 0: not known */
	char *cwd;       /* owned; NULL: not known */
	char *root;      /* owned; NULL: not known, or where ours is */
	struct ancestor ancestors[PORTRAIT_ANCESTORS_MAX]; /* the parent first */
	size_t n_ancestors;
	bool more_ancestors; /* than there is room for */
};

/*
 * Reads it, after a comparison of the start time; what it cannot read stays
 * empty. portrait_free() afterwards.
 */
void portrait_read(struct portrait *portrait, const struct process *process);
void portrait_free(struct portrait *portrait);

/* It has no file at all: memfd_create(2). */
bool portrait_is_memfd(const struct process *process);

#endif
