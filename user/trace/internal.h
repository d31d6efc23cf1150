/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of this room alone. */
#ifndef PORTTRACE_TRACE_INTERNAL_H
#define PORTTRACE_TRACE_INTERNAL_H

#include "trace/ladder.h"
#include "trace/trace.h"

#include "shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct trace {
	struct bpf_object *hooks;
	struct bpf_link *links[PROGRAMS];
	struct ring_buffer *ring;
	struct shared_state *shared; /* mapped from the kernel side's .bss */
	struct bpf_object *snapshot;
	struct bpf_link *iter_files;
	struct bpf_link *iter_tcp;
	struct bpf_link *iter_udp;
	uint32_t host_netns;
	uint64_t delivered[RECORD_KINDS];
	uint64_t corrupt;
	/* of the consume in progress */
	void (*take)(const struct decoded *record, const void *raw, void *arg);
	void *take_arg;
	size_t taken;
	size_t take_max;
};

/*
 * Opens one of the two builds of an object: the one with bpf_loop() where the
 * kernel has it. name is "hooks" or "snapshot". NULL: errno.
 */
struct bpf_object *objects_open(const char *name);

/* Loads the iterators, sharing the table of sockets with the hooks. 0 or -errno. */
int snapshot_open(struct trace *trace, struct coverage *coverage);
void snapshot_close(struct trace *trace);

/* What libbpf last complained of: one line, for a reason why. Cleared by the call. */
void libbpf_log_start(void);
const char *libbpf_log_failed_program(void);

#endif
