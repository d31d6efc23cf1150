// SPDX-License-Identifier: GPL-2.0-only
/* The ring at work: records out, counters, and the switches the kernel side reads. */
#include "trace/internal.h"

#include <errno.h>

void trace_start(struct trace *trace)
{
	__atomic_store_n(&trace->shared->ready, 1, __ATOMIC_RELEASE);
}

void trace_stop(struct trace *trace)
{
	__atomic_store_n(&trace->shared->ready, 0, __ATOMIC_RELEASE);
}

void trace_polling(struct trace *trace, bool on)
{
	__atomic_store_n(&trace->shared->reader_polls, on, __ATOMIC_RELEASE);
}

void trace_snapshotting(struct trace *trace, bool on)
{
	__atomic_store_n(&trace->shared->snapshotting, on, __ATOMIC_RELEASE);
}

int trace_fd(const struct trace *trace)
{
	/* Not ring_buffer__epoll_fd(): an epoll in an epoll adds a step to every wake-up. */
	return trace->ring_fd;
}

int trace_consume(struct trace *trace, take_fn take, void *arg)
{
	int err;

	trace->take = take;
	trace->take_arg = arg;
	trace->taken = 0;
	err = ring_buffer__consume(trace->ring);
	if (err < 0 && err != -EAGAIN)
		return err;
	return (int)trace->taken;
}

/* bpf_prog_info.recursion_misses, since v5.12. */
static uint64_t misses_of(const struct trace *trace, int i)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	struct bpf_program *program = bpf_object__find_program_by_name(trace->hooks,
								       ladder_programs[i].name);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

void trace_misses(const struct trace *trace, struct trace_misses *out)
{
	*out = (struct trace_misses){ 0 };
	for (int i = 0; i < PROGRAMS; i++) {
		if (!trace->links[i] || ladder_programs[i].attach == BY_CGROUP_ROOT)
			continue;
		if (ladder_programs[i].attach == BY_FENTRY)
			out->ports += misses_of(trace, i);
		else
			out->others += misses_of(trace, i);
	}
}

void trace_counters(struct trace *trace, struct trace_counters *out)
{
	const struct shared_state *shared = trace->shared;

	*out = (struct trace_counters){
		.corrupt = trace->corrupt,
		.lost_from_ns = shared->lost_from,
		.lost_to_ns = shared->lost_to,
	};
	for (int i = 0; i < RECORD_KINDS; i++) {
		out->produced[i] = __atomic_load_n(&shared->produced[i], __ATOMIC_ACQUIRE);
		out->delivered[i] = trace->delivered[i];
		out->lost_ring[i] = __atomic_load_n(&shared->lost[i][LOSS_RING_FULL],
						    __ATOMIC_ACQUIRE);
		out->lost_map[i] = __atomic_load_n(&shared->lost[i][LOSS_MAP_FULL],
						   __ATOMIC_ACQUIRE);
	}
}

void trace_loss_seen(struct trace *trace)
{
	__atomic_store_n(&trace->shared->lost_from, 0, __ATOMIC_RELEASE);
}

uint32_t trace_host_netns(const struct trace *trace)
{
	return trace->host_netns;
}

const char *trace_libbpf_version(void)
{
	return libbpf_version_string();
}
