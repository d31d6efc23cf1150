// SPDX-License-Identifier: GPL-2.0-only
#include "service/hook_file.h"

#include "service/hooks.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

static const char *not_roots(const struct stat *st)
{
	if (st->st_uid)
		return "is not owned by root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "is writable by others than root";
	return NULL;
}

/* Who may write to a folder may put another file there. NULL: nobody but root may. */
static const char *folder_trouble(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? "is not there" : "cannot be looked at";
	return S_ISDIR(st.st_mode) ? not_roots(&st) : "is not a directory";
}

static const char *file_trouble(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? "is not there" : "cannot be looked at";
	if (S_ISLNK(st.st_mode))
		return "is a symbolic link, which is not followed";
	if (!S_ISREG(st.st_mode))
		return "is not a file";
	return (st.st_mode & S_IXUSR) ? not_roots(&st) : "is not executable";
}

const char *hook_file_trouble(const char *path, const char **where)
{
	static const char *const folders[] = { "/etc", "/etc/porttrace", HOOKS_DIR };
	const char *why = NULL;

	for (size_t i = 0; !why && i < sizeof(folders) / sizeof(*folders); i++) {
		why = folder_trouble(folders[i]);
		*where = folders[i];
	}
	if (why)
		return why;
	*where = path;
	return file_trouble(path);
}
