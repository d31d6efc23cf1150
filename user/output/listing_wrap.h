/* SPDX-License-Identifier: GPL-2.0-only */
/* A column that is to be read whole, in a table that is wider than the terminal. */
#ifndef PORTTRACE_OUTPUT_LISTING_WRAP_H
#define PORTTRACE_OUTPUT_LISTING_WRAP_H

#include "base/buf.h"

#include <libsmartcols/libsmartcols.h>

/* Cells of the terminal that the other columns leave to this one. */
size_t listing_room(struct libscols_table *table, size_t column, size_t width);
/* What its widest cell takes. */
size_t listing_column_width(struct libscols_table *table, size_t column);

/* Breaks its cells at blanks, to be no wider than that. 0 or -errno. */
int listing_wrap(struct libscols_table *table, size_t column, size_t room);

/* Appends its cell of row i to stand below that row, in lines of that width. */
void listing_put_below(struct libscols_table *table, size_t column, size_t i, size_t width,
		       struct buf *out);

#endif
