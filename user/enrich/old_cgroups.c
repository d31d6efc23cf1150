// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hierarchies of cgroup v1. The kernel side tells the path in v2; where v1 is in
 * use as well, what runs a container may have made cgroups for it in v1 alone,
 * and only /proc tells of them. Asking it for each process takes longer than all
 * else about the process. So first it is asked whether there is any such cgroup.
 */
#include "base/procdir.h"
#include "enrich/cgroup_path.h"
#include "enrich/internal.h"

#include "base/loop.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>

#define LOOK_AGAIN_NS 200000000ULL
#define FILE_MAX ((size_t)64 * 1024)
#define DEPTH_MAX 8
#define DIRS_MAX 4096 /* more are taken for a sign that some are of units or containers */

struct walk {
	char path[4096]; /* below the root of the hierarchy */
	unsigned int dirs;
};

/* Lines of /proc/self/cgroup, but for v2's, which starts with "0:". */
static unsigned int count_hierarchies(void)
{
	struct buf text = { 0 };
	unsigned int n = 0;
	const char *at;

	procdir_read(AT_FDCWD, "/proc/self/cgroup", &text, FILE_MAX);
	buf_putc(&text, '\0');
	for (at = text.failed ? "" : text.data; *at; at += *at == '\n') {
		n += strncmp(at, "0:", 2) != 0;
		at += strcspn(at, "\n");
	}
	buf_free(&text);
	return n;
}

static bool names_something(const char *path)
{
	struct cgroup_names names;

	cgroup_path_parse(path, &names);
	return *names.unit || *names.container || *names.pod;
}

/* Whether this directory, or one below it, is called like a unit's or a container's. */
static bool search_dir(struct walk *walk, const char *root, int depth)
{
	size_t len = strlen(walk->path);
	char full[sizeof(walk->path) + 256];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (names_something(walk->path) || ++walk->dirs > DIRS_MAX)
		return true;
	if (depth == DEPTH_MAX)
		return false;
	snprintf(full, sizeof(full), "%.255s%s", root, walk->path);
	dir = opendir(full);
	while (dir && !found && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    len + strlen(entry->d_name) + 2 > sizeof(walk->path))
			continue;
		snprintf(walk->path + len, sizeof(walk->path) - len, "/%s", entry->d_name);
		found = search_dir(walk, root, depth + 1);
		walk->path[len] = '\0';
	}
	if (dir)
		closedir(dir);
	return found;
}

/* A hierarchy that is not mounted where we are may have anything. */
static bool search_mounts(unsigned int hierarchies)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	unsigned int seen = 0;
	struct mntent *mount;
	bool found = false;

	while (mounts && !found && (mount = getmntent(mounts))) {
		struct walk walk = { 0 };

		if (strcmp(mount->mnt_type, "cgroup") != 0)
			continue;
		seen++;
		found = search_dir(&walk, mount->mnt_dir, 0);
	}
	if (mounts)
		endmntent(mounts);
	return found || seen < hierarchies;
}

bool old_cgroups(void)
{
	static uint64_t looked_ns;
	static bool any;
	unsigned int hierarchies;
	uint64_t now;

	if (any)
		return true;
	now = boot_now_ns();
	if (looked_ns && now - looked_ns < LOOK_AGAIN_NS)
		return false;
	looked_ns = now;
	hierarchies = count_hierarchies();
	any = hierarchies && search_mounts(hierarchies);
	return any;
}
