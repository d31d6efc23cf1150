/* SPDX-License-Identifier: GPL-2.0-only */
/* Inodes of sockets, to be looked among. */
#ifndef PORTTRACE_DIAG_INODES_H
#define PORTTRACE_DIAG_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inodes {
	uint64_t *list; /* owned */
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int inodes_add(struct inodes *inodes, uint64_t inode);
/* Once all are added, and before any is looked for. */
void inodes_sort(struct inodes *inodes);
bool inodes_has(const struct inodes *inodes, uint64_t inode);
void inodes_free(struct inodes *inodes);

#endif
