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
 * In a child: becomes that user, with the groups, and without the capabilities,
 * that a login gives; the environment follows. 0 or -errno.
 */
int caller_become(const struct caller *caller);

#endif
