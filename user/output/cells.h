/* SPDX-License-Identifier: GPL-2.0-only */
/* Cells that are shown alone, and as a part of the detail. */
#ifndef PORTTRACE_OUTPUT_CELLS_H
#define PORTTRACE_OUTPUT_CELLS_H

#include "output/columns.h"

/* Each appends what struct column's put() does. */
void column_put_netns(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_lifetime(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_args(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_exe(const struct event *e, struct enrich *enrich, struct buf *out);
void column_put_detail(const struct event *e, struct enrich *enrich, struct buf *out);

#endif
