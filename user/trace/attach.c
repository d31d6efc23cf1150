// SPDX-License-Identifier: GPL-2.0-only
/* Loading and attaching: a rung is proved by doing it, and the next one is taken where it fails. */
#include "trace/beside.h"
#include "trace/cgroup_root.h"
#include "trace/internal.h"
#include "trace/probe.h"

#include <bpf/btf.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum program program_of(const char *name)
{
	int i = 0;

	while (i < PROGRAMS && strcmp(programs[i].name, name) != 0)
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

	snprintf(why, sizeof(why), "%s does not %s: %s%s", programs[program].name, verb,
		 strerror(-err), mend_of(err, programs[program].attach == BY_CGROUP_ROOT));
	ladder_fail(ladder, program, why);
}

/* A map that no program of the plan uses is not made: the ring of connections is large. */
static void skip_maps(struct bpf_object *hooks, uint64_t plan)
{
	const uint64_t binds = PROGRAM_BIT(PROGRAM_POST_BIND4) | PROGRAM_BIT(PROGRAM_BOUND4) |
			       PROGRAM_BIT(PROGRAM_CG_BIND4);
	bool connections = false, calls = false;

	for (int i = 0; i < PROGRAMS; i++) {
		if (!(plan & PROGRAM_BIT(i)))
			continue;
		connections |= programs[i].connections;
		calls |= programs[i].connections || programs[i].attach == BY_KPROBE;
	}
	if (!connections)
		bpf_map__set_autocreate(bpf_object__find_map_by_name(hooks, "conns_ring"), false);
	if (!calls)
		bpf_map__set_autocreate(bpf_object__find_map_by_name(hooks, "calls"), false);
	if (!(plan & binds))
		bpf_map__set_autocreate(bpf_object__find_map_by_name(hooks, "asked"), false);
}

/* Loads the planned programs. 0, 1 when one failed and the plan has changed, or -errno. */
static int load(struct trace *trace, struct ladder *ladder, uint64_t plan)
{
	enum program failed;
	int err;

	trace->hooks = objects_open(trace, "hooks");
	if (!trace->hooks)
		return -errno;
	for (int i = 0; i < PROGRAMS; i++) {
		struct bpf_program *program = bpf_object__find_program_by_name(trace->hooks,
									       programs[i].name);

		if (programs[i].attach == BY_SNAPSHOT)
			continue;
		if (!program)
			return -EINVAL;
		bpf_program__set_autoload(program, plan & PROGRAM_BIT(i));
	}
	if (trace->preallocates)
		bpf_map__set_map_flags(bpf_object__find_map_by_name(trace->hooks, "filter_ids"), 0);
	failed = probe_functions(trace, plan);
	if (failed != PROGRAMS) {
		fail(ladder, failed, "load", -ENOENT);
		return 1;
	}
	skip_maps(trace->hooks, plan);
	err = bpf_object__load(trace->hooks);
	if (!err)
		return 0;
	failed = program_of(objects_failed_program());
	if (failed == PROGRAMS)
		return err;
	fail(ladder, failed, "load", err);
	return 1;
}

static struct bpf_link *attach_map_iterator(struct trace *trace, struct bpf_program *program)
{
	union bpf_iter_link_info info = { .map.map_fd = (__u32)trace->conns_fd };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	return bpf_program__attach_iter(program, &opts);
}

static struct bpf_link *attach_one(struct trace *trace, enum program id, int cgroup_fd)
{
	struct bpf_program *program = bpf_object__find_program_by_name(trace->hooks,
								       programs[id].name);

	switch (programs[id].attach) {
	case BY_CGROUP_ROOT:
		return bpf_program__attach_cgroup(program, cgroup_fd);
	case BY_MAP_ITERATOR:
		return attach_map_iterator(trace, program);
	default:
		return bpf_program__attach(program);
	}
}

/* It would cost every TCP connection something for a protocol that is not there. */
static bool waits(enum program id)
{
	return id == PROGRAM_TP_SCTP && access(SCTP_PATH, F_OK);
}

int trace_attach_late(struct trace *trace)
{
	enum program id = PROGRAM_TP_SCTP;
	int err;

	if (!(trace->plan & PROGRAM_BIT(id)) || trace->links[id] || waits(id))
		return 0;
	trace->links[id] = attach_one(trace, id, -1);
	if (trace->links[id])
		return 1;
	err = -errno;
	trace->plan &= ~PROGRAM_BIT(id);
	return err;
}

/* The ends of pairs first: a beginning whose end is not seen would be taken for another's. */
static int attach(struct trace *trace, struct ladder *ladder, uint64_t plan, int cgroup_fd)
{
	for (int i = PROGRAMS - 1; i >= 0; i--) {
		if (!(plan & PROGRAM_BIT(i)) || programs[i].attach == BY_SNAPSHOT ||
		    waits((enum program)i))
			continue;
		trace->links[i] = attach_one(trace, (enum program)i, cgroup_fd);
		if (trace->links[i])
			continue;
		fail(ladder, (enum program)i, "attach", -errno);
		return 1;
	}
	trace->plan = plan;
	return 0;
}

void unload_all(struct trace *trace)
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
		uint64_t plan = ladder_plan(ladder);
		int err = plan ? load(trace, ladder, plan) : -ENOSYS;

		if (!err)
			err = attach(trace, ladder, plan, cgroup_fd);
		if (err <= 0)
			return err;
		unload_all(trace);
	}
}

static void fail_cgroup(struct ladder *ladder, int err)
{
	char why[COVERAGE_TEXT];

	snprintf(why, sizeof(why), "no cgroup v2 hierarchy: %s (CONFIG_CGROUP_BPF, CAP_SYS_ADMIN)",
		 strerror(-err));
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].attach == BY_CGROUP_ROOT)
			ladder_fail(ladder, (enum program)i, why);
}

static int open_snapshot(void *trace)
{
	return snapshot_open(trace);
}

static bool wants_flags(const struct ladder *ladder)
{
	return ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD) ||
	       ladder_uses(ladder, CAPABILITY_OLD_END, PROGRAM_FLAG_OLD);
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

	beside_start(&beside, open_snapshot, trace);
	err = climb(trace, ladder, cgroup_fd);
	snapshot_err = beside_join(&beside);
	if (err || snapshot_err)
		return err ? err : snapshot_err;
	if (trace->flags_listeners || !wants_flags(ladder))
		return 0;
	ladder_fail(ladder, PROGRAM_FLAG_OLD, FLAG_OLD_WHY);
	unload_all(trace);
	return climb(trace, ladder, cgroup_fd);
}

int attach_all(struct trace *trace, struct ladder *ladder)
{
	int err, cgroup_fd = cgroup_root_open(ladder->coverage);

	if (cgroup_fd < 0)
		fail_cgroup(ladder, cgroup_fd);
	probe_ways(trace, ladder);
	trace->preallocates = probe_preallocates(ladder_plan(ladder));
	err = make_maps(trace);
	if (!err) {
		types_open(trace);
		probe_flag(trace, ladder);
		trace->flag_old = wants_flags(ladder);
		err = load_all(trace, ladder, cgroup_fd);
		types_close(trace);
	}
	trace->shut_by_flag = ladder_uses(ladder, CAPABILITY_TCP_SHUT, PROGRAM_FLAG_OLD);
	if (cgroup_fd >= 0)
		close(cgroup_fd);
	return err;
}
