// SPDX-License-Identifier: GPL-2.0-only
/* The ring at work: records out, counters, and the switches the kernel side reads. */
#include "trace/internal.h"

#include <errno.h>
#include <unistd.h>

void trace_start(struct trace *trace)
{
	__atomic_store_n(&trace->shared->ready, 1, __ATOMIC_RELEASE);
}

void trace_stop(struct trace *trace)
{
	__atomic_store_n(&trace->shared->ready, 0, __ATOMIC_RELEASE);
}

void trace_polling(struct trace *trace, enum ring_id ring, bool on)
{
	if (ring == RING_PORTS)
		__atomic_store_n(&trace->shared->reader_polls, on, __ATOMIC_RELEASE);
	else
		__atomic_store_n(&trace->shared->conn_reader_polls, on, __ATOMIC_RELEASE);
}

void trace_snapshotting(struct trace *trace, bool on)
{
	__atomic_store_n(&trace->shared->snapshotting, on, __ATOMIC_RELEASE);
}

int trace_fd(const struct trace *trace, enum ring_id ring)
{
	/* Not ring_buffer__epoll_fd(): an epoll in an epoll adds a step to every wake-up. */
	return trace->rings[ring].fd;
}

int trace_consume(struct trace *trace, enum ring_id ring, take_fn take, void *arg)
{
	int err;

	if (!trace->rings[ring].manager)
		return 0;
	trace->take = take;
	trace->take_arg = arg;
	trace->taken = 0;
	err = ring_buffer__consume(trace->rings[ring].manager);
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
								       programs[i].name);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
		return 0;
	return info.recursion_misses;
}

void trace_misses(const struct trace *trace, struct trace_misses *out)
{
	uint64_t copies[2] = { 0 };

	*out = (struct trace_misses){ 0 };
	for (int i = 0; i < PROGRAMS; i++) {
		if (!trace->links[i] || !program_may_be_skipped((enum program)i))
			continue;
		if (i == PROGRAM_TP_FORK)
			out->forks = misses_of(trace, i);
		else if (i == PROGRAM_TP_CONN || i == PROGRAM_TP_CONN_AGAIN)
			copies[i == PROGRAM_TP_CONN_AGAIN] = misses_of(trace, i);
		else if (programs[i].connections)
			out->conns += misses_of(trace, i);
		else if (programs[i].of_ports)
			out->ports += misses_of(trace, i);
		else
			out->others += misses_of(trace, i);
	}
	/* What one copy missed the other saw, as far as it was not skipped as well. */
	out->conns += copies[0] < copies[1] ? copies[0] : copies[1];
}

bool trace_must_look(const struct trace *trace)
{
	if (trace->plan & PROGRAM_BIT(PROGRAM_TP_SCTP) && !trace->links[PROGRAM_TP_SCTP])
		return true; /* trace_attach_late() */
	for (int i = 0; i < PROGRAMS; i++)
		if (trace->links[i] && program_may_be_skipped((enum program)i))
			return true;
	return false;
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

/* Reading the iterator runs it; it writes to the ring, and nothing to us. */
int trace_tell_waiting(struct trace *trace)
{
	char nothing[64];
	ssize_t got;
	int fd;

	if (!trace->links[PROGRAM_WAITING] ||
	    __atomic_load_n(&trace->shared->waiting, __ATOMIC_ACQUIRE) <= 0)
		return 0;
	fd = bpf_iter_create(bpf_link__fd(trace->links[PROGRAM_WAITING]));
	if (fd < 0)
		return -errno;
	do
		got = read(fd, nothing, sizeof(nothing));
	while (got > 0 || (got < 0 && errno == EAGAIN));
	close(fd);
	return 0;
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
