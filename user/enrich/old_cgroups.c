// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hierarchies of cgroup v1. The kernel side tells the path in v2; where v1 is in
 * use as well, what runs a container may have made cgroups for it in v1 alone,
 * and only /proc tells of them. Asking it for each process takes longer than all
 * else about the process. So first we look which cgroups there are in v1, and who
 * is in those of containers.
 */
#include "enrich/cgroup_path.h"
#include "enrich/internal.h"

#include "base/loop.h"
#include "base/procdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_AGAIN_NS 200000000ULL
#define LOOK_AGAIN_ANY_NS 1000000000ULL /* it takes longer, and is asked for who is older alone */
#define YOUNG_NS 100000000ULL /* more than it takes to look, and than a tick of a start time */
#define FILE_MAX ((size_t)64 * 1024)
#define PROCS_MAX ((size_t)1024 * 1024)
#define DEPTH_MAX 16
#define DIRS_MAX 16384 /* more are not looked at: then everybody has to be asked for */

/* What was found. */
static struct {
	uint64_t looked_ns;
	bool any;      /* a cgroup of v1 is called like a unit, a container, a pod */
	bool overflow; /* there are more than we looked at */
	unsigned int dirs;
	struct buf inside; /* uint32_t: who is in a container */
} found;

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

static void note_inside(const char *dir)
{
	char path[PATH_MAX];
	struct buf text = { 0 };
	const char *at;

	if (snprintf(path, sizeof(path), "%s/cgroup.procs", dir) >= (int)sizeof(path))
		return;
	procdir_read(AT_FDCWD, path, &text, PROCS_MAX);
	found.overflow |= text.len == PROCS_MAX;
	buf_putc(&text, '\0');
	for (at = text.failed ? "" : text.data; *at; at += *at == '\n') {
		uint32_t tgid = (uint32_t)strtoul(at, NULL, 10);

		buf_put(&found.inside, (const char *)&tgid, sizeof(tgid));
		at += strcspn(at, "\n");
	}
	buf_free(&text);
}

static void note(const char *dir, size_t root_len)
{
	struct cgroup_names names;

	cgroup_path_parse(dir + root_len, &names);
	found.any |= *names.unit || *names.container || *names.pod;
	if (*names.container || *names.pod)
		note_inside(dir);
}

/* dir is a buffer of PATH_MAX, which is the same afterwards. */
static void search_dir(char *dir, size_t root_len, int depth)
{
	size_t len = strlen(dir);
	struct dirent *entry;
	DIR *stream;

	if (depth > DEPTH_MAX || ++found.dirs > DIRS_MAX) {
		found.overflow = true;
		return;
	}
	note(dir, root_len);
	stream = opendir(dir);
	while (stream && (entry = readdir(stream))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    len + strlen(entry->d_name) + 2 > PATH_MAX)
			continue;
		snprintf(dir + len, PATH_MAX - len, "/%s", entry->d_name);
		search_dir(dir, root_len, depth + 1);
		dir[len] = '\0';
	}
	if (stream)
		closedir(stream);
}

/* A hierarchy that is not mounted where we are may have anything. */
static void search_mounts(unsigned int hierarchies)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	unsigned int seen = 0;
	char dir[PATH_MAX];

	while (mounts && (mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup") != 0)
			continue;
		seen++;
		snprintf(dir, sizeof(dir), "%s", mount->mnt_dir);
		search_dir(dir, strlen(dir), 0);
	}
	if (mounts)
		endmntent(mounts);
	found.overflow |= seen < hierarchies;
}

static int by_number(const void *a, const void *b)
{
	uint32_t na = *(const uint32_t *)a, nb = *(const uint32_t *)b;

	return na < nb ? -1 : na > nb;
}

static void look(uint64_t now)
{
	unsigned int hierarchies = count_hierarchies();

	found.looked_ns = now;
	found.any = found.overflow = false;
	found.dirs = 0;
	buf_clear(&found.inside);
	if (hierarchies)
		search_mounts(hierarchies);
	if (found.inside.len)
		qsort(found.inside.data, found.inside.len / sizeof(uint32_t), sizeof(uint32_t),
		      by_number);
	found.overflow |= found.inside.failed;
}

bool old_cgroups_know(const struct process *process, bool named)
{
	uint64_t now = boot_now_ns();

	if (!found.looked_ns ||
	    now - found.looked_ns >= (found.any ? LOOK_AGAIN_ANY_NS : LOOK_AGAIN_NS))
		look(now);
	if (found.overflow)
		return true;
	if (!found.any)
		return false;
	/* Who came, or moved, since we looked is not among those we found. */
	if (!named || process->start_ns + YOUNG_NS > found.looked_ns)
		return true;
	return found.inside.len &&
	       bsearch(&process->tgid, found.inside.data, found.inside.len / sizeof(uint32_t),
		       sizeof(uint32_t), by_number);
}

void old_cgroups_forget(void)
{
	buf_free(&found.inside);
	found.looked_ns = 0;
}
