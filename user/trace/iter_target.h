/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What iterators need of the kernel's types, from types that were read already:
 * where they attach, and what their pointers are cast to. libbpf would read and
 * parse all of them once more for that, which is a quarter of a listing.
 */
#ifndef PORTTRACE_TRACE_ITER_TARGET_H
#define PORTTRACE_TRACE_ITER_TARGET_H

#include "trace/raw_types.h"

#include <bpf/libbpf.h>
#include <stdbool.h>

/* The types that bpf_rdonly_cast() casts to, by their numbers in the kernel. */
struct casts {
	bool work; /* v6.2; whoever finds that they do not says so here, atomically, and loads again */
	uint32_t file;
	uint32_t socket_alloc;
	uint32_t sock;
	uint32_t inet_listen_hashbucket;
};

/*
 * From here on objects that are opened get it from kernel, in any thread, and
 * casts (which stays) says what they may cast. It is a switch of libbpf's as a whole. What is
 * returned goes to iter_target_end(); where it is negative libbpf does as it
 * always does, and nothing can be cast.
 */
int iter_target_begin(const struct raw_types *kernel, struct casts *casts);
void iter_target_end(int handler);

#endif
