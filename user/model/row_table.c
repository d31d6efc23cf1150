// SPDX-License-Identifier: GPL-2.0-only
#include "model/row_table.h"

#include "model/snapshot.h"

#include <errno.h>
#include <stdlib.h>

#define SIZE_FIRST 256

/*
 * Where to look first. Addresses have their low bits in common and cookies, which
 * stand in for them, their high ones: Fibonacci hashing (Knuth, 6.4) mixes both.
 */
static size_t first_slot(const struct row_table *table, uint64_t sk)
{
	return (size_t)((sk * 0x9e3779b97f4a7c15u) >> 32) & (table->size - 1);
}

/* The slot of that address, or the empty one where it would go. */
static struct snapshot_row **slot_of(const struct row_table *table, uint64_t sk)
{
	size_t at = first_slot(table, sk);

	while (table->slots[at] && table->slots[at]->socket.sk != sk)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

struct snapshot_row *row_table_find(const struct row_table *table, uint64_t sk)
{
	return table->size ? *slot_of(table, sk) : NULL;
}

static int grow(struct row_table *table)
{
	struct row_table grown = { .size = table->size ? table->size * 2 : SIZE_FIRST,
				   .n = table->n };

	grown.slots = calloc(grown.size, sizeof(struct snapshot_row *));
	if (!grown.slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->size; i++)
		if (table->slots[i])
			*slot_of(&grown, table->slots[i]->socket.sk) = table->slots[i];
	free(table->slots);
	*table = grown;
	return 0;
}

int row_table_add(struct row_table *table, struct snapshot_row *row)
{
	/* Half of it stays empty, so that a search ends soon. */
	if (table->n >= table->size / 2 && grow(table))
		return -ENOMEM;
	*slot_of(table, row->socket.sk) = row;
	table->n++;
	return 0;
}

void row_table_free(struct row_table *table)
{
	free(table->slots);
	*table = (struct row_table){ 0 };
}
