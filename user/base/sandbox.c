// SPDX-License-Identifier: GPL-2.0-only
#include "base/sandbox.h"

#include "base/sandbox_calls.h"

#include <cap-ng.h>
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>

const struct sandbox_capability sandbox_capabilities[] = {
	{ CAP_BPF, "CAP_BPF", "read the kernel's tables again after a loss",
	  "nothing can be traced" },
	{ CAP_PERFMON, "CAP_PERFMON", "read the kernel's memory there", "nothing can be traced" },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", "find a network namespace by a socket of it",
	  "hooks of cgroups cannot be attached, and a network namespace that has but a socket left is "
	  "not read" },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "enter other network namespaces when it reads them",
	  "what no process holds open in other network namespaces, as ports of the kernel, is not "
	  "found when it was there before or was lost" },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "see executables and namespaces of other users",
	  "executables of processes that were there before, and whether one is the file of the "
	  "host, are not known of other users" },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "look at files that others closed to it",
	  "an executable in a folder that is closed to this user is not looked at" },
};

const size_t sandbox_n_capabilities = sizeof(sandbox_capabilities) / sizeof(*sandbox_capabilities);

bool sandbox_has(const struct sandbox_capability *capability)
{
	return !capng_get_caps_process() &&
	       capng_have_capability(CAPNG_EFFECTIVE, capability->number);
}

/* The bounding set as well, where it may be changed; without execve(2) it counts for nothing. */
static int drop_capabilities(void)
{
	bool kept[sizeof(sandbox_capabilities) / sizeof(*sandbox_capabilities)];
	bool bounds;

	if (capng_get_caps_process())
		return -EPERM;
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	for (size_t i = 0; i < sandbox_n_capabilities; i++)
		kept[i] = capng_have_capability(CAPNG_PERMITTED, sandbox_capabilities[i].number);
	capng_clear(CAPNG_SELECT_ALL);
	for (size_t i = 0; i < sandbox_n_capabilities; i++)
		if (kept[i] && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
					    sandbox_capabilities[i].number))
			return -EPERM;
	if (bounds)
		capng_apply(CAPNG_SELECT_BOUNDS);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

static int allow(scmp_filter_ctx filter, const struct sandbox_call *call)
{
	int number = seccomp_syscall_resolve_name(call->name);

	if (number == __NR_SCMP_ERROR || number < 0)
		return 0; /* this machine has none such, or it is a part of another */
	if (!call->n_values)
		return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	for (size_t i = 0; i < call->n_values; i++) {
		struct scmp_arg_cmp is = SCMP_CMP(call->arg, SCMP_CMP_MASKED_EQ,
						  call->mask ? call->mask : UINT32_MAX,
						  call->values[i]);
		int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1, is);

		if (err)
			return err;
	}
	return 0;
}

/* Libraries ask for families that are not there on every host, and take a no. */
static int refuse_families(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_GT, SANDBOX_FAMILY_MAX));
}

/*
 * For all threads. Code of others, which could spy on us by speculation, is not run here:
 * before v5.16 to guard against it is slow. A tree: with a list, a call at its end would
 * cost a hundred comparisons.
 */
static int set_attributes(scmp_filter_ctx filter)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	return err ? err : seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
}

/* Of 32-bit callers nothing is allowed: there are none. */
static int filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err = filter ? set_attributes(filter) : -ENOMEM;

	for (size_t i = 0; !err && i < sandbox_n_calls; i++)
		err = allow(filter, &sandbox_calls_all[i]);
	if (!err)
		err = refuse_families(filter);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

int sandbox_enter(const char **why)
{
	int err;

	*why = "privileges may be gained by starting a program";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	*why = "capabilities are kept that are not used";
	err = drop_capabilities();
	if (err)
		return err;
	*why = "every system call is allowed";
	err = filter_calls();
	if (!err)
		*why = NULL;
	return err;
}

size_t sandbox_calls(void)
{
	size_t n = 0;

	for (size_t i = 0; i < sandbox_n_calls; i++)
		n += seccomp_syscall_resolve_name(sandbox_calls_all[i].name) >= 0;
	return n;
}
