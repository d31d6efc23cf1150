// SPDX-License-Identifier: GPL-2.0-only
#include "diag/inodes.h"

#include <errno.h>
#include <stdlib.h>

int inodes_add(struct inodes *inodes, uint64_t inode)
{
	if (inodes->n == inodes->cap) {
		size_t cap = inodes->cap ? inodes->cap * 2 : 16;
		uint64_t *grown = reallocarray(inodes->list, cap, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		inodes->list = grown;
		inodes->cap = cap;
	}
	inodes->list[inodes->n++] = inode;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t na = *(const uint64_t *)a, nb = *(const uint64_t *)b;

	return na < nb ? -1 : na > nb;
}

void inodes_sort(struct inodes *inodes)
{
	if (inodes->n)
		qsort(inodes->list, inodes->n, sizeof(*inodes->list), by_number);
}

bool inodes_has(const struct inodes *inodes, uint64_t inode)
{
	return inodes->n &&
	       bsearch(&inode, inodes->list, inodes->n, sizeof(*inodes->list), by_number);
}

void inodes_free(struct inodes *inodes)
{
	free(inodes->list);
	*inodes = (struct inodes){ 0 };
}
