// SPDX-License-Identifier: GPL-2.0-only
#include "trace/hindrance.h"

#include "base/first_namespace.h"
#include "trace/privilege.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#define DESCRIPTORS 256

/* "none integrity [confidentiality]" (security/lockdown/lockdown.c) */
static bool is_confidential(void)
{
	char modes[128] = "";
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");

	if (!file)
		return false;
	if (!fgets(modes, sizeof(modes), file))
		*modes = '\0';
	fclose(file);
	return strstr(modes, "[confidentiality]");
}

/*
 * Each map, program, link and type takes a descriptor: eighty with everything asked
 * for. Where fewer are allowed a rung would fail for that, and not for the kernel.
 * If it cannot be had, hindrance_behind() says so.
 */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= DESCRIPTORS)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The file of --btf. What is none of types would be refused with each program, and not by name. */
static int check_types(const char *path, char why[COVERAGE_WHY])
{
	libbpf_print_fn_t print;
	struct btf *types;

	if (access(path, R_OK)) {
		snprintf(why, COVERAGE_WHY, "--btf %s: %s", path, strerror(errno));
		return -ENOSYS;
	}
	print = libbpf_set_print(NULL);
	types = btf__parse(path, NULL);
	libbpf_set_print(print);
	btf__free(types);
	if (types)
		return 0;
	snprintf(why, COVERAGE_WHY, "--btf %s: there are no types of a kernel in it (BTF)", path);
	return -ENOSYS;
}

int hindrance_before(struct trace *trace, char why[COVERAGE_WHY])
{
	int err = privilege_check(why, COVERAGE_WHY);

	if (err)
		return err;
	allow_descriptors();
	if (is_confidential()) {
		snprintf(
			why, COVERAGE_WHY,
			"the kernel is locked down for confidentiality "
			"(/sys/kernel/security/lockdown), and then no program may read its memory: "
			"boot without lockdown=confidentiality; integrity is no hindrance");
		return -EPERM;
	}
	trace->kernel_types = !access(BTF_PATH, R_OK);
	if (trace->btf_path)
		return check_types(trace->btf_path, why);
	if (trace->kernel_types)
		return 0;
	snprintf(why, COVERAGE_WHY,
		 "this kernel tells nothing of its types: %s is not there. It takes a kernel of "
		 "5.10 or newer with CONFIG_DEBUG_INFO_BTF=y, and /sys mounted; or the types in a "
		 "file, made for this very kernel: --btf FILE",
		 BTF_PATH);
	return -ENOSYS;
}

/* Maps count as locked memory before v5.11, and who lacks CAP_SYS_RESOURCE cannot allow more. */
static bool lacks_locked_memory(void)
{
	unsigned long major, minor = 0;
	struct rlimit limit;
	struct utsname host;
	char *end;

	if (uname(&host) || getrlimit(RLIMIT_MEMLOCK, &limit))
		return false;
	major = strtoul(host.release, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	return (major < 5 || (major == 5 && minor < 11)) && limit.rlim_cur != RLIM_INFINITY;
}

void hindrance_behind(char why[COVERAGE_WHY], int err)
{
	if (*why)
		return;
	if (err == -EMFILE) {
		snprintf(why, COVERAGE_WHY,
			 "too few open files are allowed: tracing takes %d (ulimit -n %d)",
			 DESCRIPTORS, DESCRIPTORS);
		return;
	}
	if (err == -EPERM && lacks_locked_memory()) {
		snprintf(
			why, COVERAGE_WHY,
			"too little memory may be locked, as what tracing takes is before Linux 5.11: "
			"ulimit -l unlimited, for a service LimitMEMLOCK=infinity, or CAP_SYS_RESOURCE");
		return;
	}
	if (access("/proc/self", F_OK)) {
		snprintf(why, COVERAGE_WHY, "/proc is not mounted here: mount -t proc proc /proc");
		return;
	}
	if (err == -EPERM && !in_first_namespace("user", USER_INIT_INO)) {
		snprintf(why, COVERAGE_WHY,
			 "this is a user namespace, and its capabilities do not count for BPF: "
			 "run outside of it");
		return;
	}
	snprintf(why, COVERAGE_WHY,
		 "the kernel refuses to load or attach any hook (%s): look for lockdown in "
		 "/sys/kernel/security/lockdown, for a container without CAP_BPF, and for "
		 "CONFIG_BPF_SYSCALL, CONFIG_CGROUP_BPF in the kernel's configuration",
		 strerror(-err));
}

/* No rung is left: what the first one said, of those that see a listen(). */
static bool explain_rungs(struct coverage *coverage, const char *backend)
{
	const struct capability_state *state = &coverage->states[CAPABILITY_TCP_OPEN];

	for (size_t i = 0; i < state->n_attempts; i++) {
		const struct attempt *attempt = &state->attempts[i];

		if (!*attempt->why || attempt->holds ||
		    (backend && strcmp(attempt->backend, backend) != 0))
			continue;
		snprintf(coverage->why, sizeof(coverage->why),
			 "no hook can be attached here; %s: %s", attempt->backend, attempt->why);
		return true;
	}
	return false;
}

void hindrance_of_hooks(struct coverage *coverage, const char *backend, int err)
{
	if (*coverage->why || err != -ENOSYS || !explain_rungs(coverage, backend))
		hindrance_behind(coverage->why, err);
}
