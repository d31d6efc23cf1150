/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decisions as arithmetic. The verifier follows both ways of a branch; in a loop
 * that it has to unroll, that is both ways of each step.
 */
#ifndef PORTTRACE_BRANCHLESS_BPF_H
#define PORTTRACE_BRANCHLESS_BPF_H

#include "vmlinux.h"

/*
 * Computed and not decided, in assembly, since the compiler would decide: 1
 * where value is not 0, else 0; 1 where a is below b; n, or 0 if it is negative.
 */
static __always_inline u64 is_set(u64 value)
{
	u64 result;

	asm volatile("%0 = %1; %0 = -%0; %0 |= %1; %0 >>= 63" : "=&r"(result) : "r"(value));
	return result;
}

static __always_inline u64 is_below(u64 a, u64 b)
{
	u64 result = a;

	asm volatile("%0 -= %1; %0 >>= 63" : "+r"(result) : "r"(b));
	return result;
}

static __always_inline u64 or_zero(s64 n)
{
	u64 result;

	asm volatile("%0 = %1; %0 s>>= 63; %0 ^= -1; %0 &= %1" : "=&r"(result) : "r"(n));
	return result;
}

#endif
