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

/* One for each version. */
static struct made {
	char *root;  /* where the hierarchy is mounted */
	char *slice; /* the folder of the test */
	char *dir;   /* the cgroup in it; NULL: not made */
} made[CGROUP_ENGINE + 1];

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
	return made[CGROUP_V2].dir + strlen(made[CGROUP_V2].root);
}

static void find_root(struct made *m, const char *type)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;

	while (mounts && !m->root && (entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, type) && !access(entry->mnt_dir, W_OK))
			m->root = strdup(entry->mnt_dir);
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
static void remove_one(const struct made *m)
{
	char path[600];
	FILE *procs;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", m->dir);
	procs = fopen(path, "re");
	while (procs && fscanf(procs, "%d", &pid) == 1)
		move(pid, m->root);
	if (procs)
		fclose(procs);
	rmdir(m->dir);
	rmdir(m->slice);
}

static void cgroup_remove(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		if (made[i].dir)
			remove_one(&made[i]);
}

void cgroup_make(enum cgroup_version version)
{
	struct made *m = &made[version];
	bool old = version == CGROUP_V1;
	struct stat st;

	if (m->dir)
		return;
	if (!stat("/proc/self/ns/cgroup", &st) && st.st_ino != CGROUP_INIT_INO)
		test_skip("in a cgroup namespace: the root of the hierarchy is out of reach");
	find_root(m, old ? "cgroup" : "cgroup2");
	if (!m->root)
		test_skip("no hierarchy of cgroup %s is mounted, or it is read-only",
			  old ? "v1" : "v2");
	if (asprintf(&m->slice, "%s/porttrace_test_%d.slice", m->root, test_number()) < 0 ||
	    asprintf(&m->dir, "%s/%s", m->slice,
		     version == CGROUP_ENGINE ? CGROUP_ENGINES : cgroup_unit()) < 0)
		test_fail("out of memory");
	test_at_end(cgroup_remove);
	if (mkdir(m->slice, 0755) || mkdir(m->dir, 0755))
		test_skip("no cgroup can be made: %s: %s", m->dir, strerror(errno));
}

void cgroup_enter(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		int err = made[i].dir ? move(getpid(), made[i].dir) : 0;

		if (err)
			test_fail("%s cannot be entered: %s", made[i].dir, strerror(-err));
	}
}
