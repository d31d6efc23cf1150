// SPDX-License-Identifier: GPL-2.0-only
/* From nothing to a trace: the shared memory, the rings, and what the kernel side must know. */
#include "trace/hindrance.h"
#include "trace/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int on_record(struct trace *trace, void *data, size_t size)
{
	struct decoded record;

	trace->taken++;
	if (decode(data, size, &record)) {
		trace->corrupt++;
		return 0;
	}
	trace->delivered[record.kind]++;
	/* A negative value stops libbpf's loop; the record itself is consumed. */
	return trace->take(&record, data, trace->take_arg) ? 0 : -EAGAIN;
}

static int on_ring(void *arg, void *data, size_t size)
{
	return on_record(arg, data, size);
}

static int map_shared(struct trace *trace)
{
	struct bpf_map *bss = bpf_object__find_map_by_name(trace->hooks, ".bss");
	void *shared;

	if (!bss || bpf_map__value_size(bss) < sizeof(*trace->shared))
		return -EINVAL;
	shared = mmap(NULL, sizeof(*trace->shared), PROT_READ | PROT_WRITE, MAP_SHARED,
		      bpf_map__fd(bss), 0);
	if (shared == MAP_FAILED)
		return -errno;
	trace->shared = shared;
	trace->shared->reader_tgid = (__u32)getpid();
	return 0;
}

/* Descriptions of processes go to a ring by its number. */
static int enter_conns_ring(struct trace *trace)
{
	int rings = bpf_object__find_map_fd_by_name(trace->hooks, "rings");
	__u32 slot = SLOT_CONNS, fd = (__u32)trace->rings[RING_CONNS].fd;

	if (trace->rings[RING_CONNS].fd < 0)
		return 0;
	return bpf_map_update_elem(rings, &slot, &fd, BPF_ANY) ? -errno : 0;
}

/* One manager a ring: each is emptied when its turn has come. */
static int open_rings(struct trace *trace)
{
	static const char *const names[RINGS] = { "ports_ring", "conns_ring" };

	for (int i = 0; i < RINGS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(trace->hooks, names[i]);
		int fd = map ? bpf_map__fd(map) : -1;

		trace->rings[i].fd = fd;
		if (fd < 0)
			continue; /* nobody asked for what comes there */
		trace->rings[i].manager = ring_buffer__new(fd, on_ring, trace, NULL);
		if (!trace->rings[i].manager)
			return -errno;
	}
	return trace->rings[RING_PORTS].manager ? enter_conns_ring(trace) : -EINVAL;
}

/* Values and keys as in bpf/maps.bpf.h. */
static int make_map(const struct trace *trace, const char *name, size_t value_size, __u32 entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts,
		    .map_flags = trace->preallocates ? 0 : BPF_F_NO_PREALLOC);

	return bpf_map_create(BPF_MAP_TYPE_HASH, name, sizeof(__u64), (__u32)value_size, entries,
			      &opts);
}

int make_maps(struct trace *trace)
{
	trace->sockets_fd = make_map(trace, "sockets", sizeof(struct known_socket), SOCKETS_MAX);
	if (trace->sockets_fd < 0)
		return trace->sockets_fd;
	/* Its buckets alone are megabytes. */
	trace->conns_fd = make_map(trace, "conns", sizeof(struct conn_state),
				   trace->connections ? CONNS_MAX : 1);
	return trace->conns_fd < 0 ? trace->conns_fd : 0;
}

static bool has(const struct trace *trace, enum program program)
{
	return trace->plan & PROGRAM_BIT(program);
}

/* What the kernel side must know of the ladder that stands. */
static void set_switches(struct trace *trace, const struct ladder *ladder, uint32_t events)
{
	struct shared_state *shared = trace->shared;

	shared->events = events;
	/* Where nothing cheaper sees a shutdown, or steps are asked for, listeners call back. */
	shared->flag_listeners =
		ladder->coverage->states[CAPABILITY_TCP_SHUT].wanted &&
		(has(trace, PROGRAM_SOCKOPS) || has(trace, PROGRAM_SOCKOPS_CONN)) &&
		(events & 1u << RECORD_STATE ||
		 (!ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_LISTEN_STOP) &&
		  !ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_KP_LISTEN_STOP) &&
		  !ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_TP_STATE)));
	shared->accept_hooked = coverage_holds(&ladder->coverage->states[CAPABILITY_ACCEPTOR]) !=
				NULL;
	shared->connect_hooked = has(trace, PROGRAM_FE_CONNECT) || has(trace, PROGRAM_KP_CONNECT) ||
				 has(trace, PROGRAM_CALLS);
	shared->bind_hooked = events & 1u << RECORD_BIND && !has(trace, PROGRAM_BOUND4);
	shared->ends_by_release = ladder_uses(ladder, CAPABILITY_OLD_END, PROGRAM_CONN_RELEASE);
	shared->autobind_hooked = has(trace, PROGRAM_FE_AUTOBIND) ||
				  has(trace, PROGRAM_KP_AUTOBIND);
}

static int open_with(struct trace *trace, const struct trace_wants *wants,
		     struct coverage *coverage)
{
	const struct ladder_wants climb = {
		.events = wants->events,
		.tcp = wants->tcp,
		.udp = wants->udp,
		.sctp = wants->tcp && wants->udp &&
			(!wants->unskippable || !access(SCTP_PATH, F_OK)),
		.descendants = wants->descendants,
		.no_shut = wants->no_shut,
		.unskippable = wants->unskippable,
		.backend = wants->force_hooks,
	};
	struct ladder ladder;
	int err;

	ladder_init(&ladder, coverage, &climb);
	err = hindrance_before(trace, coverage->why);
	if (err)
		return err;
	objects_init(trace);
	err = attach_all(trace, &ladder);
	if (!err)
		err = map_shared(trace);
	if (!err)
		err = open_rings(trace);
	if (err)
		return err;
	ladder_done(&ladder);
	/* What no hook would see of a protocol that is not there is no gap. */
	if (!coverage_holds(&coverage->states[CAPABILITY_SCTP]) && access(SCTP_PATH, F_OK))
		coverage->states[CAPABILITY_SCTP].wanted = false;
	set_switches(trace, &ladder, wants->events);
	return 0;
}

static struct trace *trace_new(const char *btf_path)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	trace->sockets_fd = trace->conns_fd = trace->noted_fd = trace->core_fd = -1;
	trace->btf_path = btf_path;
	return trace;
}

int trace_open(struct trace **out, const struct trace_wants *wants, struct coverage *coverage)
{
	struct trace *trace = trace_new(wants->btf_path);
	int err;

	*coverage = (struct coverage){ 0 };
	if (!trace)
		return -ENOMEM;
	trace->connections = wants->events >> RECORD_BIND;
	err = open_with(trace, wants, coverage);
	if (err) {
		hindrance_of_hooks(coverage, wants->force_hooks, err);
		trace_close(trace);
		return err;
	}
	*out = trace;
	return 0;
}

/* The iterators are attached by a type of the kernel, which a file of types does not give it. */
static int open_tables(struct trace *trace, char why[COVERAGE_WHY])
{
	int err = hindrance_before(trace, why);

	if (err)
		return err;
	if (!trace->kernel_types) {
		snprintf(why, COVERAGE_WHY,
			 "this kernel has no types of its own (CONFIG_DEBUG_INFO_BTF), and then no "
			 "program can read its tables");
		return -EOPNOTSUPP;
	}
	objects_init(trace);
	types_open(trace);
	err = snapshot_open(trace);
	types_close(trace);
	if (err)
		hindrance_behind(why, err);
	return err;
}

int trace_open_tables(struct trace **out, const struct tables_wants *wants, char why[COVERAGE_WHY])
{
	struct trace *trace = trace_new(wants->btf_path);
	int err;

	*why = '\0';
	if (!trace)
		return -ENOMEM;
	trace->tables_only = true;
	trace->conn_rows = wants->connections;
	trace->args = wants->args;
	trace->all_seen = wants->connections ? NULL : wants->all_seen;
	trace->all_seen_arg = wants->all_seen_arg;
	trace->no_tcp = wants->no_tcp;
	trace->no_udp = wants->no_udp;
	err = open_tables(trace, why);
	if (err) {
		trace_close(trace);
		return err;
	}
	*out = trace;
	return 0;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	for (int i = 0; i < RINGS; i++)
		ring_buffer__free(trace->rings[i].manager);
	if (trace->shared)
		munmap(trace->shared, sizeof(*trace->shared));
	snapshot_close(trace);
	unload_all(trace);
	if (trace->sockets_fd >= 0)
		close(trace->sockets_fd);
	if (trace->conns_fd >= 0)
		close(trace->conns_fd);
	free(trace);
}
