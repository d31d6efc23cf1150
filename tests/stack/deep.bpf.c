// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the test of the test: a chain of six calls. With a FRAME of 96 bytes it
 * needs all of the stack, a byte more is too much.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

static __noinline int leaf(int seed)
{
	char area[FRAME] = {};

	bpf_trace_printk(area, sizeof(area), seed);
	return area[0];
}

#define LEVEL(name, next)                                   \
	static __noinline int name(int seed)                \
	{                                                   \
		char area[FRAME] = {};                      \
                                                            \
		bpf_trace_printk(area, sizeof(area), seed); \
		return next(seed) + area[0];                \
	}

LEVEL(fourth, leaf)
LEVEL(third, fourth)
LEVEL(second, third)
LEVEL(first, second)

SEC("?raw_tp")
int deep(void *ctx)
{
	return first(1);
}
