/* SPDX-License-Identifier: GPL-2.0-only */
/* Who called sudo: the user that a command is run as. */
#ifndef PORTTRACE_CMD_CALLER_H
#define PORTTRACE_CMD_CALLER_H

#include <stdbool.h>
#include <sys/types.h>

struct caller {
	bool other; /* than who we are; the rest is set then */
	uid_t uid;
	gid_t gid;
	char *name; /* owned */
	char *home;
	char *shell;
};

/*
 * From SUDO_UID and SUDO_GID, as the environment has them; NULL: not there. An
 * exit status, STATUS_USAGE after saying what is wrong with them.
 */
int caller_find(struct caller *caller, bool root, const char *sudo_uid, const char *sudo_gid);
void caller_free(struct caller *caller);
/*
 * Opens a file as that user may, who else could have any file written to, or emptied.
 * For one thread alone. A descriptor or -errno; *root_again: whether we are as before.
 */
int caller_open(const struct caller *caller, const char *path, int flags, bool *root_again);
/*
 * In a child: becomes that user, with the groups, and without the capabilities,
 * that a login gives; the environment follows. 0 or -errno.
 */
int caller_become(const struct caller *caller);

#endif
