// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/caller.h"

#include "base/log.h"
#include "base/parse.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int say_wrong(const char *name, const char *value, const char *why)
{
	say("%s '%s' %s: sudo sets it, and CMD would run as that user", name, value, why);
	return STATUS_USAGE;
}

static int copy_entry(struct caller *caller, const struct passwd *entry)
{
	caller->name = strdup(entry->pw_name);
	caller->home = strdup(entry->pw_dir);
	caller->shell = strdup(*entry->pw_shell ? entry->pw_shell : "/bin/sh");
	if (caller->name && caller->home && caller->shell)
		return STATUS_OK;
	say("out of memory");
	return STATUS_NO_TRACING;
}

int caller_find(struct caller *caller, bool root, const char *sudo_uid, const char *sudo_gid)
{
	struct passwd entry, *found = NULL;
	uint64_t uid, gid;
	char text[4096];

	*caller = (struct caller){ 0 };
	if (!root || !sudo_uid)
		return STATUS_OK;
	if (parse_u64(sudo_uid, UINT32_MAX - 1, &uid))
		return say_wrong("SUDO_UID", sudo_uid, "is no user's number");
	if (!uid)
		return STATUS_OK; /* root called it */
	if (getpwuid_r((uid_t)uid, &entry, text, sizeof(text), &found) || !found)
		return say_wrong("SUDO_UID", sudo_uid, "is nobody on this host");
	gid = entry.pw_gid;
	if (sudo_gid && parse_u64(sudo_gid, UINT32_MAX - 1, &gid))
		return say_wrong("SUDO_GID", sudo_gid, "is no group's number");
	caller->other = true;
	caller->uid = (uid_t)uid;
	caller->gid = (gid_t)gid;
	return copy_entry(caller, &entry);
}

void caller_free(struct caller *caller)
{
	free(caller->name);
	free(caller->home);
	free(caller->shell);
}

#define GROUPS_MAX 1024

int caller_open(const struct caller *caller, const char *path, int flags, bool *root_again)
{
	gid_t groups[GROUPS_MAX], gid = getegid();
	int n = caller->other ? getgroups(GROUPS_MAX, groups) : 0, fd = -1;

	*root_again = true;
	if (n < 0)
		return -errno;
	if (!caller->other || (!initgroups(caller->name, caller->gid) && !setegid(caller->gid) &&
			       !seteuid(caller->uid)))
		fd = open(path, flags, 0666);
	if (fd < 0)
		fd = -errno;
	if (caller->other)
		*root_again = !seteuid(0) && !setegid(gid) && !setgroups((size_t)n, groups);
	return fd;
}

/* Which names there are depends on its version. */
static void unset_sudo(void)
{
	char **entry = environ, *name;

	while (entry && *entry) {
		if (strncmp(*entry, "SUDO_", 5) != 0) {
			entry++;
			continue;
		}
		name = strndup(*entry, strcspn(*entry, "="));
		if (!name || unsetenv(name)) /* what follows moves here */
			entry++;
		free(name);
	}
}

/* As su -c would leave it; who looks for sudo shall not find it. */
static int set_environment(const struct caller *caller)
{
	unset_sudo();
	if (setenv("HOME", caller->home, 1) || setenv("USER", caller->name, 1) ||
	    setenv("LOGNAME", caller->name, 1) || setenv("SHELL", caller->shell, 1))
		return -errno;
	return 0;
}

/*
 * With the securebits that a program started by init has, setresuid() takes all
 * capabilities but the inheritable ones (capabilities(7)): those go as well, and
 * with them the ambient ones.
 */
static int drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_apply(CAPNG_SELECT_CAPS))
		return -EPERM;
	return 0;
}

int caller_become(const struct caller *caller)
{
	if (!caller->other)
		return 0;
	if (prctl(PR_SET_SECUREBITS, SECUREBITS_DEFAULT) && errno != EPERM)
		return -errno;
	if (initgroups(caller->name, caller->gid) ||
	    setresgid(caller->gid, caller->gid, caller->gid) ||
	    setresuid(caller->uid, caller->uid, caller->uid))
		return -errno;
	if (drop_capabilities())
		return -EPERM;
	return set_environment(caller);
}
