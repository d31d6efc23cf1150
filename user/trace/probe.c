// SPDX-License-Identifier: GPL-2.0-only
#include "trace/probe.h"

#include "trace/privilege.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void fail_all(struct ladder *ladder, enum attach_way way, const char *why)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].attach == way)
			ladder_fail(ladder, (enum program)i, why);
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
	if (fd == -EPERM)
		fail_all(ladder, BY_FENTRY,
			 "the kernel refuses function entries: Operation not permitted");
}

/* Where libbpf attaches them: perf_event_open(2), or tracefs before v4.17. */
static void probe_kprobe(struct ladder *ladder)
{
	static const char *const ways[] = { "/sys/bus/event_source/devices/kprobe/type",
					    "/sys/kernel/tracing/kprobe_events",
					    "/sys/kernel/debug/tracing/kprobe_events" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!access(ways[i], F_OK))
			return;
	fail_all(ladder, BY_KPROBE, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
}

/* What is attached by a type of the kernel's, not by a name. */
static void probe_types(struct ladder *ladder)
{
	static const enum attach_way typed[] = { BY_FENTRY, BY_SECTION, BY_MAP_ITERATOR,
						 BY_SNAPSHOT };

	for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++)
		fail_all(ladder, typed[i],
			 "this kernel tells nothing of its types (CONFIG_DEBUG_INFO_BTF)");
}

void probe_ways(const struct trace *trace, struct ladder *ladder)
{
	if (trace->kernel_types)
		probe_fentry(ladder);
	else
		probe_types(ladder);
	probe_kprobe(ladder);
	if (!privilege_cgroup())
		fail_all(ladder, BY_CGROUP_ROOT,
			 "this process lacks CAP_NET_ADMIN, which programs of cgroups take");
}

bool probe_preallocates(uint64_t plan)
{
	unsigned long major, minor = 0;
	struct utsname host;
	char *end;

	if (uname(&host))
		return false;
	major = strtoul(host.release, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	if (major > 6 || (major == 6 && minor >= 1))
		return false;
	for (int i = 0; i < PROGRAMS; i++)
		if (plan & PROGRAM_BIT(i) && programs[i].attach == BY_KPROBE)
			return true;
	return false;
}

static bool has_enumerator(const struct raw_types *types, const char *name)
{
	for (__u32 id = 1; id < types->n; id++) {
		const struct btf_type *type = raw_type(types, id);
		const struct btf_enum *values = btf_enum(type);

		if (btf_kind(type) != BTF_KIND_ENUM)
			continue;
		for (__u32 i = 0; i < btf_vlen(type); i++)
			if (!strcmp(raw_name(types, values[i].name_off), name))
				return true;
	}
	return false;
}

/* Going through all types takes a while, so only where more than a sentence hangs on it. */
void probe_flag(struct trace *trace, struct ladder *ladder)
{
	if (!(trace->connections || ladder->unskippable) ||
	    !(ladder_plan(ladder) & PROGRAM_BIT(PROGRAM_FLAG_OLD)))
		return;
	if (trace->types.n && !has_enumerator(&trace->types, "TCP_BPF_SOCK_OPS_CB_FLAGS"))
		ladder_fail(ladder, PROGRAM_FLAG_OLD, FLAG_OLD_WHY);
}

/* "fexit/inet_bind": a name; a cgroup program's section has one that is none. */
static const char *function_of(struct trace *trace, enum program id)
{
	const char *section, *slash;

	if (programs[id].attach != BY_FENTRY && programs[id].attach != BY_KPROBE)
		return NULL;
	section = bpf_program__section_name(
		bpf_object__find_program_by_name(trace->hooks, programs[id].name));
	slash = section ? strchr(section, '/') : NULL;
	return slash ? slash + 1 : NULL;
}

/* Those for ports have functions that every kernel has; these came and went. */
enum program probe_functions(struct trace *trace, uint64_t plan)
{
	enum program missing = PROGRAMS;

	for (int i = 0; i < PROGRAMS && missing == PROGRAMS; i++) {
		const char *function = function_of(trace, (enum program)i);

		if (!(plan & PROGRAM_BIT(i)) || !programs[i].connections || !function)
			continue;
		if (trace->types.n &&
		    raw_types_find(&trace->types, function, BTF_KIND_FUNC) == -ENOENT)
			missing = (enum program)i;
	}
	return missing;
}
