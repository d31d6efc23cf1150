/* SPDX-License-Identifier: GPL-2.0-only */
/* Cheap questions ahead of the real try, each of which would cost a whole load. */
#ifndef PORTTRACE_TRACE_PROBE_H
#define PORTTRACE_TRACE_PROBE_H

#include "trace/internal.h"

/* Fails every program of a kind that this kernel refuses as such. */
void probe_ways(const struct trace *trace, struct ladder *ladder);

/*
 * Whether tables must be made in full for this plan: before v6.1 the kernel
 * warns, in its log, of a kprobe that uses one that grows (kernel/bpf/verifier.c,
 * check_map_prog_compatibility). No try tells without the warning.
 */
bool probe_preallocates(uint64_t plan);

/*
 * Fails the flagging of old sockets where the kernel lacks the option for it
 * (v6.12): the helper is older, and would only be refused when it runs.
 */
void probe_flag(struct trace *trace, struct ladder *ladder);

/* A planned program whose function this kernel does not have; PROGRAMS: none. */
enum program probe_functions(struct trace *trace, uint64_t plan);

#endif
