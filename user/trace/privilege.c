// SPDX-License-Identifier: GPL-2.0-only
#include "trace/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What the CAP_SYS_ADMIN of old is split into (linux/capability.h, since v5.8). */
static const struct {
	unsigned int cap;
	const char *name;
} needed[] = {
	{ CAP_BPF, "CAP_BPF" },         /* load programs and maps */
	{ CAP_PERFMON, "CAP_PERFMON" }, /* read kernel memory from them */
};

int privilege_check(char *why, size_t size)
{
	char missing[128] = "";
	size_t len = 0;

	if (capng_get_caps_process()) {
		snprintf(why, size,
			 "this process's capabilities cannot be read from /proc: mount it");
		return -EPERM;
	}
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		return 0;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].cap))
			len += (size_t)snprintf(missing + len, sizeof(missing) - len, "%s%s",
						len ? ", " : "", needed[i].name);
	if (!len)
		return 0;
	snprintf(why, size,
		 "tracing needs %s, which this process lacks: run it by sudo, or give the program "
		 "capabilities, as porttrace(8) says",
		 missing);
	return -EPERM;
}

/* Loading takes it, and attaching (kernel/bpf/syscall.c, is_net_admin_prog_type()). */
bool privilege_cgroup(void)
{
	return !capng_get_caps_process() &&
	       (capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN) ||
		capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN));
}
