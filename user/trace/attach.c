// SPDX-License-Identifier: GPL-2.0-only
/* Loading and attaching: a rung is proved by doing it, and the next one is taken where it fails. */
#include "trace/cgroup_root.h"
#include "trace/first_namespace.h"
#include "trace/internal.h"
#include "trace/privilege.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The default of 8 MiB stays resident where huge pages are on for all memory. */
#define THREAD_STACK ((size_t)512 * 1024)

#define BTF_PATH "/sys/kernel/btf/vmlinux"

static enum program program_of(const char *name)
{
	int i = 0;

	while (i < PROGRAMS && strcmp(ladder_programs[i].name, name) != 0)
		i++;
	return (enum program)i;
}

static const char *mend_of(int err, bool cgroup)
{
	switch (err) {
	case -EPERM:
		return cgroup ? ": another program sits exclusively on the cgroup root, or the "
				"kernel is locked down" :
				": the kernel refuses it (lockdown, or a privilege lacks)";
	case -EINVAL:
	case -ENOENT:
	case -ESRCH:
		return ": this kernel does not have it";
	default:
		return "";
	}
}

static void fail(struct ladder *ladder, enum program program, const char *verb, int err)
{
	char why[COVERAGE_TEXT];

	snprintf(why, sizeof(why), "%s does not %s: %s%s", ladder_programs[program].name, verb,
		 strerror(-err), mend_of(err, ladder_programs[program].attach == BY_CGROUP_ROOT));
	ladder_fail(ladder, program, why);
}

/* Loads the planned programs. 0, 1 when one failed and the plan has changed, or -errno. */
static int load(struct trace *trace, struct ladder *ladder, uint32_t plan)
{
	enum program failed;
	int err;

	trace->hooks = objects_open("hooks", trace->sockets_fd);
	if (!trace->hooks)
		return -errno;
	for (int i = 0; i < PROGRAMS; i++) {
		struct bpf_program *program = bpf_object__find_program_by_name(
			trace->hooks, ladder_programs[i].name);

		if (ladder_programs[i].attach == BY_SNAPSHOT)
			continue;
		if (!program)
			return -EINVAL;
		bpf_program__set_autoload(program, plan & 1u << i);
	}
	err = bpf_object__load(trace->hooks);
	if (!err)
		return 0;
	failed = program_of(objects_failed_program());
	if (failed == PROGRAMS)
		return err;
	fail(ladder, failed, "load", err);
	return 1;
}

static int attach(struct trace *trace, struct ladder *ladder, uint32_t plan, int cgroup_fd)
{
	for (int i = 0; i < PROGRAMS; i++) {
		struct bpf_program *program;

		if (!(plan & 1u << i) || ladder_programs[i].attach == BY_SNAPSHOT)
			continue;
		program = bpf_object__find_program_by_name(trace->hooks, ladder_programs[i].name);
		trace->links[i] = ladder_programs[i].attach == BY_CGROUP_ROOT ?
					  bpf_program__attach_cgroup(program, cgroup_fd) :
					  bpf_program__attach(program);
		if (trace->links[i])
			continue;
		fail(ladder, (enum program)i, "attach", -errno);
		return 1;
	}
	return 0;
}

static void unload(struct trace *trace)
{
	for (int i = 0; i < PROGRAMS; i++) {
		bpf_link__destroy(trace->links[i]);
		trace->links[i] = NULL;
	}
	bpf_object__close(trace->hooks);
	trace->hooks = NULL;
}

/* Each round that fails takes one program out of the plan, so this ends. */
static int climb(struct trace *trace, struct ladder *ladder, int cgroup_fd)
{
	for (;;) {
		uint32_t plan = ladder_plan(ladder);
		int err = plan ? load(trace, ladder, plan) : -ENOSYS;

		if (!err)
			err = attach(trace, ladder, plan, cgroup_fd);
		if (err <= 0)
			return err;
		unload(trace);
	}
}

static int on_ring(void *arg, void *data, size_t size)
{
	struct trace *trace = arg;
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

static int open_ring(struct trace *trace)
{
	struct bpf_map *ring = bpf_object__find_map_by_name(trace->hooks, "ports_ring");
	struct bpf_map *bss = bpf_object__find_map_by_name(trace->hooks, ".bss");
	void *shared;

	if (!ring || !bss || bpf_map__value_size(bss) < sizeof(*trace->shared))
		return -EINVAL;
	shared = mmap(NULL, sizeof(*trace->shared), PROT_READ | PROT_WRITE, MAP_SHARED,
		      bpf_map__fd(bss), 0);
	if (shared == MAP_FAILED)
		return -errno;
	trace->shared = shared;
	trace->shared->reader_tgid = (__u32)getpid();
	trace->ring_fd = bpf_map__fd(ring);
	trace->ring = ring_buffer__new(trace->ring_fd, on_ring, trace, NULL);
	return trace->ring ? 0 : -errno;
}

/* What must be so before anything is tried: a sentence in coverage->why where it is not. */
static int check_kernel(struct coverage *coverage)
{
	int err = privilege_check(coverage->why, sizeof(coverage->why));

	if (err)
		return err;
	if (!access(BTF_PATH, R_OK))
		return 0;
	snprintf(coverage->why, sizeof(coverage->why),
		 "this kernel tells nothing of its types: %s is not there. It takes a kernel of "
		 "5.10 or newer with CONFIG_DEBUG_INFO_BTF=y, and /sys mounted",
		 BTF_PATH);
	return -ENOSYS;
}

static void explain(struct coverage *coverage, int err)
{
	if (*coverage->why)
		return;
	if (err == -EPERM && !in_first_namespace("user", USER_INIT_INO)) {
		snprintf(coverage->why, sizeof(coverage->why),
			 "this is a user namespace, and its capabilities do not count for BPF: "
			 "run outside of it");
		return;
	}
	snprintf(coverage->why, sizeof(coverage->why),
		 "the kernel refuses to load or attach any hook (%s): look for lockdown in "
		 "/sys/kernel/security/lockdown, for a container without CAP_BPF, and for "
		 "CONFIG_BPF_SYSCALL, CONFIG_CGROUP_BPF in the kernel's configuration",
		 strerror(-err));
}

static void fail_cgroup(struct ladder *ladder, int err)
{
	char why[COVERAGE_TEXT];

	snprintf(why, sizeof(why), "no cgroup v2 hierarchy: %s (CONFIG_CGROUP_BPF, CAP_SYS_ADMIN)",
		 strerror(-err));
	for (int i = 0; i < PROGRAMS; i++)
		if (ladder_programs[i].attach == BY_CGROUP_ROOT)
			ladder_fail(ladder, (enum program)i, why);
}

/* Value and key as in bpf/maps.bpf.h. */
static int make_sockets(struct trace *trace)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);

	trace->sockets_fd = bpf_map_create(BPF_MAP_TYPE_HASH, "sockets", sizeof(__u64),
					   sizeof(struct known_socket), SOCKETS_MAX, &opts);
	return trace->sockets_fd < 0 ? trace->sockets_fd : 0;
}

static void *snapshot_thread(void *trace)
{
	return (void *)(intptr_t)snapshot_open(trace);
}

struct beside {
	pthread_t thread;
	bool running;
};

static void start_snapshot(struct trace *trace, struct beside *beside)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	beside->running = !pthread_create(&beside->thread, &attr, snapshot_thread, trace);
	pthread_attr_destroy(&attr);
}

static int join_snapshot(struct trace *trace, struct beside *beside)
{
	void *err = NULL;

	if (beside->running)
		pthread_join(beside->thread, &err);
	else
		err = snapshot_thread(trace);
	return (int)(intptr_t)err;
}

/*
 * Both objects at once: half of the start is libbpf reading the kernel's BTF,
 * for each. If the snapshot then cannot flag old listeners and the plan counted
 * on it, the hooks are loaded again by a plan without.
 */
static int load_all(struct trace *trace, struct ladder *ladder, int cgroup_fd)
{
	struct beside beside;
	int err, snapshot_err;

	start_snapshot(trace, &beside);
	err = climb(trace, ladder, cgroup_fd);
	snapshot_err = join_snapshot(trace, &beside);
	if (err || snapshot_err)
		return err ? err : snapshot_err;
	if (trace->flags_listeners || !ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD))
		return 0;
	ladder_fail(ladder, PROGRAM_FLAG_OLD,
		    "the tcp iterator cannot set TCP_BPF_SOCK_OPS_CB_FLAGS: that came with v6.12");
	unload(trace);
	return climb(trace, ladder, cgroup_fd);
}

/*
 * A kernel that refuses function entries says so before it looks at which
 * function is meant; one that allows them finds that this one is none.
 */
static void probe_fentry(struct ladder *ladder)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", nothing, 2, &opts);

	if (fd >= 0)
		close(fd);
	for (int i = 0; fd == -EPERM && i < PROGRAMS; i++)
		if (ladder_programs[i].attach == BY_FENTRY)
			ladder_fail(ladder, (enum program)i,
				    "the kernel refuses function entries: Operation not permitted");
}

static int attach_all(struct trace *trace, struct ladder *ladder)
{
	int err, cgroup_fd = cgroup_root_open(ladder->coverage);

	if (cgroup_fd < 0)
		fail_cgroup(ladder, cgroup_fd);
	probe_fentry(ladder);
	trace->flag_old = ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD);
	err = load_all(trace, ladder, cgroup_fd);
	if (cgroup_fd >= 0)
		close(cgroup_fd);
	return err;
}

int trace_open(struct trace **out, const struct trace_wants *wants, struct coverage *coverage)
{
	struct trace *trace = calloc(1, sizeof(*trace));
	struct ladder ladder;
	int err;

	ladder_init(&ladder, coverage, wants->change, wants->force_hooks);
	if (!trace)
		return -ENOMEM;
	trace->sockets_fd = -1;
	err = check_kernel(coverage);
	if (!err) {
		objects_init();
		err = make_sockets(trace);
	}
	if (!err)
		err = attach_all(trace, &ladder);
	if (!err)
		err = open_ring(trace);
	if (err) {
		explain(coverage, err);
		trace_close(trace);
		return err;
	}
	ladder_done(&ladder);
	/* Where nothing cheaper sees a shutdown, new listeners call back. */
	trace->shared->flag_listeners =
		!ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_LISTEN_STOP) &&
		!ladder_uses(&ladder, CAPABILITY_TCP_SHUT, PROGRAM_TP_STATE);
	*out = trace;
	return 0;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	ring_buffer__free(trace->ring);
	if (trace->shared)
		munmap(trace->shared, sizeof(*trace->shared));
	snapshot_close(trace);
	unload(trace);
	if (trace->sockets_fd >= 0)
		close(trace->sockets_fd);
	free(trace);
}
