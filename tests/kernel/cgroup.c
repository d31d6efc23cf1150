// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

#define CGROUP_INIT_INO 0xEFFFFFFBU /* include/linux/proc_ns.h */

static char root[256];  /* where the hierarchy is mounted */
static char slice[320]; /* the folder of the test */
static char dir[512];   /* the cgroup in it */
static pid_t owner;

/* Tests run beside each other, so the name has the test's pid in it; helpers of it ask, too. */
static pid_t test_number(void)
{
	if (!owner)
		owner = getpid();
	return owner;
}

const char *cgroup_container(void)
{
	static char name[128];

	snprintf(name, sizeof(name), "docker:%064x", (unsigned int)test_number());
	return name;
}

const char *cgroup_unit(void)
{
	static char name[128];

	snprintf(name, sizeof(name), "docker-%064x.scope", (unsigned int)test_number());
	return name;
}

const char *cgroup_path(void)
{
	return dir + strlen(root);
}

static void find_root(const char *type)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;

	while (mounts && !*root && (entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, type) && !access(entry->mnt_dir, W_OK))
			snprintf(root, sizeof(root), "%s", entry->mnt_dir);
	if (mounts)
		endmntent(mounts);
}

static int move(pid_t pid, const char *to)
{
	char path[600], text[16];
	int fd, len = snprintf(text, sizeof(text), "%d", pid), written;

	snprintf(path, sizeof(path), "%s/cgroup.procs", to);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	written = (int)write(fd, text, (size_t)len);
	close(fd);
	return written == len ? 0 : -EIO;
}

/* Who is still in it goes back to the root. */
static void cgroup_remove(void)
{
	char path[600];
	FILE *procs;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	procs = fopen(path, "re");
	while (procs && fscanf(procs, "%d", &pid) == 1)
		move(pid, root);
	if (procs)
		fclose(procs);
	rmdir(dir);
	rmdir(slice);
}

void cgroup_make(enum cgroup_version version)
{
	struct stat st;

	if (*dir)
		return;
	if (!stat("/proc/self/ns/cgroup", &st) && st.st_ino != CGROUP_INIT_INO)
		test_skip("in a cgroup namespace: the root of the hierarchy is out of reach");
	find_root(version == CGROUP_V2 ? "cgroup2" : "cgroup");
	if (!*root)
		test_skip("no hierarchy of cgroup %s is mounted, or it is read-only",
			  version == CGROUP_V2 ? "v2" : "v1");
	snprintf(slice, sizeof(slice), "%s/porttrace_test_%d.slice", root, test_number());
	snprintf(dir, sizeof(dir), "%s/%s", slice, cgroup_unit());
	test_at_end(cgroup_remove);
	if (mkdir(slice, 0755) || mkdir(dir, 0755))
		test_skip("no cgroup can be made: %s: %s", dir, strerror(errno));
}

void cgroup_enter(void)
{
	int err = move(getpid(), dir);

	if (err)
		test_fail("%s cannot be entered: %s", dir, strerror(-err));
}
