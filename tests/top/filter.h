/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TOP_FILTER_H
#define TOP_FILTER_H

#include "base/buf.h"
#include "model/filter.h"

/* For struct tui_setup. */
const struct filter *typed_filter(const char *line, struct buf *why, void *arg);
void typed_filter_drop(const struct filter *filter, void *arg);

#endif
