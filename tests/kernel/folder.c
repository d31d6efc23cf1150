// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "harness.h"

static char folder[] = "/tmp/porttrace-live-XXXXXX";
static bool made;

static void remove_folder(void)
{
	struct dirent *entry;
	DIR *dir;

	umount2(folder, MNT_DETACH);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(folder);
}

const char *folder_make(void)
{
	if (!made) {
		check(mkdtemp(folder) != NULL, "%s: %s", folder, strerror(errno));
		test_at_end(remove_folder);
		made = true;
	}
	return folder;
}
