/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_TUI_SORT_KEY_H
#define PORTTRACE_TUI_SORT_KEY_H

#include "enrich/enrich.h"
#include "output/columns.h"
#include "tui/item.h"

/*
 * What item is sorted by, by this column: times, sizes and ports by their number, text
 * with its numbers by their value. 0; -ENOMEM: by the number alone.
 */
int sort_key(struct item *item, const struct column *column, struct enrich *enrich);

#endif
