/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where iterators attach, from types that were read already. libbpf would read and
 * parse all of the kernel's once more for that, which is a quarter of a listing.
 */
#ifndef PORTTRACE_TRACE_ITER_TARGET_H
#define PORTTRACE_TRACE_ITER_TARGET_H

#include "trace/raw_types.h"

#include <bpf/libbpf.h>

/*
 * From here on objects that are opened get it from kernel. For one thread alone:
 * it is a switch of libbpf's as a whole. What is returned goes to
 * iter_target_end(); where it is negative libbpf does as it always does.
 */
int iter_target_begin(const struct raw_types *kernel);
void iter_target_end(int handler);

#endif
