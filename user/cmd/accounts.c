// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/accounts.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>

#define ENTRY_MAX ((size_t)1024 * 1024) /* of a group with all its members */

/* getpwnam(3) lists what databases answer for "there is none". */
static enum account answer(int err, const void *found)
{
	if (!err || err == ENOENT || err == ESRCH)
		return found ? ACCOUNT_FOUND : ACCOUNT_NONE;
	return ACCOUNT_UNKNOWN;
}

enum account account_user(const char *name, uint32_t *uid)
{
	struct passwd entry, *found = NULL;
	char *text = NULL;
	int err = ERANGE;

	for (size_t size = 1024; err == ERANGE && size <= ENTRY_MAX; size *= 4) {
		free(text);
		text = malloc(size);
		err = text ? getpwnam_r(name, &entry, text, size, &found) : ENOMEM;
	}
	if (found)
		*uid = found->pw_uid;
	free(text);
	return answer(err, found);
}

enum account account_group(const char *name, uint32_t *gid)
{
	struct group entry, *found = NULL;
	char *text = NULL;
	int err = ERANGE;

	for (size_t size = 1024; err == ERANGE && size <= ENTRY_MAX; size *= 4) {
		free(text);
		text = malloc(size);
		err = text ? getgrnam_r(name, &entry, text, size, &found) : ENOMEM;
	}
	if (found)
		*gid = found->gr_gid;
	free(text);
	return answer(err, found);
}
