// SPDX-License-Identifier: GPL-2.0-only
/* Other tracers, where they are installed (tools/setup bench). */
#include "bench.h"
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define TRACEFS "/sys/kernel/tracing"

#define ONE_LINER                                                                \
	"tracepoint:sock:inet_sock_set_state /args->protocol == 6/ {"            \
	"printf(\"%d %s %d %d %d %d\\n\", pid, comm, args->sport, args->dport, " \
	"args->oldstate, args->newstate); }"

static struct peer peers[] = {
	{ "tcpstates", { NULL }, "-> SYN_SENT", 1 },
	{ "tcplife", { NULL }, " 9000 ", 2 },
	{ "bpftrace", { NULL, "-e", ONE_LINER }, " 7 2", 1 },
};

/* Where the command lies, or NULL. PATH of a service often lacks the second of these. */
static const char *path_of(const char *name)
{
	static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin",
					       "/usr/local/sbin" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (!access(path, X_OK))
			return strdup(path);
	}
	return NULL;
}

const struct peer *peer_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		if (strcmp(peers[i].name, name))
			continue;
		if (!peers[i].args[0])
			peers[i].args[0] = path_of(name);
		if (peers[i].args[0])
			return &peers[i];
	}
	say("%s is not installed: `tools/setup bench` does", name);
	return NULL;
}

/* They read the tracepoint's number from tracefs. In a mount namespace of their own. */
void peer_prepare(void)
{
	if (!access(TRACEFS "/events", F_OK))
		return;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tracefs", TRACEFS, "tracefs", 0, NULL))
		dprintf(STDERR_FILENO, "cannot mount tracefs: %s\n", strerror(errno));
}
