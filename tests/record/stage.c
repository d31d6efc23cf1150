// SPDX-License-Identifier: GPL-2.0-only
/* Where the scenario lives: namespaces, a cgroup and a file that are the same on every machine. */
#include "scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STAGE "/tmp"
#define STAGE_FILE STAGE "/" SCENARIO_COMM
#define CGROUP "record"
#define START_MS 10000

static void fail(const char *what)
{
	fprintf(stderr, "record: %s: %s\n", what, strerror(errno));
	_exit(1);
}

/* The folder of our cgroup, in the first mount of cgroup2; it has to be there for a path of its own. */
static int cgroup_path(char *path, size_t size, const char *name)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	const struct mntent *entry;
	int found = -ENOENT;

	while (mounts && found && (entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, "cgroup2"))
			found = snprintf(path, size, "%s/" CGROUP "%s", entry->mnt_dir, name) < 0;
	if (mounts)
		endmntent(mounts);
	return found;
}

static void enter_cgroup(void)
{
	char path[4096];
	int fd;

	if (cgroup_path(path, sizeof(path), ""))
		fail("no cgroup2 is mounted");
	if (mkdir(path, 0755) && errno != EEXIST)
		fail(path);
	cgroup_path(path, sizeof(path), "/cgroup.procs");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail(path);
	close(fd);
}

static void leave_cgroup(void)
{
	char path[4096];

	if (!cgroup_path(path, sizeof(path), ""))
		rmdir(path);
}

static void copy_program(void)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	struct stat st;

	if (unshare(CLONE_NEWNS | CLONE_NEWNET))
		fail("unshare (this needs root)");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", STAGE, "tmpfs", 0, NULL))
		fail("mount");
	to = open(STAGE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (from < 0 || to < 0 || fstat(from, &st))
		fail(STAGE_FILE);
	while (st.st_size > 0) {
		ssize_t n = sendfile(to, from, NULL, (size_t)st.st_size);

		if (n <= 0)
			fail(STAGE_FILE);
		st.st_size -= n;
	}
	close(to);
}

/* Descriptors 3 and 4, no environment, no arguments but our own. */
static void enter_stage(int steps, int go)
{
	static char *const argv[] = { SCENARIO_COMM, SCENARIO_ARGUMENT, NULL };
	static char *const nothing[] = { NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_cgroup();
	copy_program();
	steps = fcntl(steps, F_DUPFD, 10);
	go = fcntl(go, F_DUPFD, 10);
	if (chdir("/") || dup2(steps, 3) < 0 || dup2(go, 4) < 0)
		fail("its descriptors");
	fcntl(steps, F_SETFD, FD_CLOEXEC);
	fcntl(go, F_SETFD, FD_CLOEXEC);
	execve(STAGE_FILE, argv, nothing);
	fail(STAGE_FILE);
}

static int wait_steps(const struct scenario *s)
{
	struct pollfd wait = { .fd = s->steps, .events = POLLIN };
	char byte;

	if (poll(&wait, 1, START_MS) != 1 || read(s->steps, &byte, 1) != 1) {
		fprintf(stderr, "record: the scenario did not come up\n");
		return -EIO;
	}
	return 0;
}

static int netns_of(pid_t pid, uint32_t *inode)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	if (stat(path, &st))
		return -errno;
	*inode = (uint32_t)st.st_ino;
	return 0;
}

int scenario_start(struct scenario *s)
{
	int steps[2], go[2];

	if (pipe2(steps, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		return -errno;
	s->pid = fork();
	if (s->pid < 0)
		return -errno;
	if (!s->pid)
		enter_stage(steps[1], go[0]);
	close(steps[1]);
	close(go[0]);
	s->steps = steps[0];
	s->go = go[1];
	return wait_steps(s) ? -EIO : netns_of(s->pid, &s->netns);
}

int scenario_go(const struct scenario *s)
{
	return write(s->go, "", 1) == 1 ? 0 : -errno;
}

int scenario_end(struct scenario *s)
{
	int status = 0;

	if (waitpid(s->pid, &status, 0) != s->pid)
		return -errno;
	close(s->steps);
	close(s->go);
	leave_cgroup();
	return status;
}
