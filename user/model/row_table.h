/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a snapshot by the address of their socket: tens of thousands are entered in a few milliseconds. */
#ifndef PORTTRACE_MODEL_ROW_TABLE_H
#define PORTTRACE_MODEL_ROW_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct snapshot_row;

struct row_table {
	struct snapshot_row **slots; /* owned; NULL: empty */
	size_t size;                 /* a power of two, or 0 */
	size_t n;
};

struct snapshot_row *row_table_find(const struct row_table *table, uint64_t sk);
/* Of a row that is not in it; the row stays the caller's. 0 or -ENOMEM. */
int row_table_add(struct row_table *table, struct snapshot_row *row);
void row_table_free(struct row_table *table);

#endif
