// SPDX-License-Identifier: GPL-2.0-only
#include "diag/procfs.h"

#include "base/parse.h"
#include "base/procdir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

_Static_assert(sizeof(((struct procdir_stat *)0)->comm) == COMM_LEN + 1,
	       "both are names of a task");

#define CGROUP_ROOT "/sys/fs/cgroup"
#define TEXT_MAX ((size_t)16 * 1024)
#define PF_KTHREAD 0x00200000 /* linux/sched.h */

static int open_dir(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

bool procfs_has_ended(int err)
{
	return err == -ENOENT || err == -ESRCH;
}

bool procfs_is_ours(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

int procfs_each(int (*tell)(uint32_t tgid, int dir, void *arg), void *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		uint64_t tgid;
		int dir;

		if (parse_u64(entry->d_name, INT32_MAX, &tgid))
			continue;
		dir = open_dir(dirfd(proc), entry->d_name);
		if (procfs_is_ours(dir))
			err = dir;
		else if (!procfs_has_ended(dir))
			err = tell((uint32_t)tgid, dir, arg);
		if (dir >= 0)
			close(dir);
	}
	closedir(proc);
	return err;
}

/* "socket:[12]", "net:[12]": the number, or 0. */
static uint64_t inode_of(const char *link, const char *kind)
{
	size_t len = strlen(kind);
	char *end;
	uint64_t inode;

	if (strncmp(link, kind, len) != 0)
		return 0;
	inode = strtoull(link + len, &end, 10);
	return strcmp(end, "]") ? 0 : inode;
}

static bool read_link(int dir, const char *name, char *to, size_t size)
{
	ssize_t n = readlinkat(dir, name, to, size - 1);

	if (n <= 0)
		return false;
	to[n] = '\0';
	return true;
}

static int tell_fd(int dir, const char *name,
		   int (*tell)(enum procfs_link kind, uint64_t inode, int fd, void *arg), void *arg)
{
	char link[64];
	uint64_t fd, inode;

	if (parse_u64(name, INT32_MAX, &fd) || !read_link(dir, name, link, sizeof(link)))
		return 0;
	inode = inode_of(link, "socket:[");
	if (inode)
		return tell(PROCFS_SOCKET, inode, (int)fd, arg);
	inode = inode_of(link, "net:[");
	return inode ? tell(PROCFS_NETNS, inode, (int)fd, arg) : 0;
}

int procfs_each_fd(int dir, int (*tell)(enum procfs_link kind, uint64_t inode, int fd, void *arg),
		   void *arg)
{
	int fd = open_dir(dir, "fd");
	DIR *fds = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!fds) {
		err = fd < 0 ? fd : -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (entry = readdir(fds)))
		err = tell_fd(dirfd(fds), entry->d_name, tell, arg);
	closedir(fds);
	return err;
}

uint32_t procfs_netns(int dir)
{
	char link[64];

	return read_link(dir, "ns/net", link, sizeof(link)) ? (uint32_t)inode_of(link, "net:[") : 0;
}

/* A file of the process as text. Empty: not readable. */
static void read_text(int dir, const char *name, struct buf *out)
{
	procdir_read(dir, name, out, TEXT_MAX);
	buf_putc(out, '\0');
	if (out->failed)
		buf_clear(out);
}

bool procfs_is_kernel_thread(int dir)
{
	struct procdir_stat stat;

	return !procdir_stat(dir, &stat) && stat.flags & PF_KTHREAD;
}

/* The effective one, as the kernel side tells it: the second (proc_pid_status(5)). */
static uint32_t id_of(const char *status, const char *label)
{
	const char *at = strstr(status, label);

	at = at ? strchr(at + strlen(label), '\t') : NULL;
	return at ? (uint32_t)strtoul(at, NULL, 10) : UINT32_MAX;
}

/* As the kernel side gives a path: whole, or not at all. */
static void fill_exe(int dir, struct decoded *out)
{
	ssize_t n = procdir_link(dir, "exe", out->exe, sizeof(out->exe), &out->deleted);

	if (n != (ssize_t)sizeof(out->exe) - 1)
		return;
	*out->exe = '\0'; /* perhaps cut: who reads it later has more room */
	out->deleted = false;
}

/* "/..": outside of our cgroup namespace (cgroup_namespaces(7)), so no path from the root. */
static const char *path_of(const char *line)
{
	const char *path = strchr(line, '/');

	return path && strncmp(path, "/..", 3) != 0 ? path : NULL;
}

/* The unified hierarchy; without one that of systemd (cgroups(7)). */
static const char *cgroup_line(char *text)
{
	const char *unified = NULL, *systemd = NULL;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "0::", 3))
			unified = path_of(line);
		else if (strstr(line, ":name=systemd:"))
			systemd = path_of(line);
	}
	return systemd && (!unified || !strcmp(unified, "/")) ? systemd : unified;
}

/* The number the kernel has for it is that of its folder (kernfs_id()). 0: not to be had. */
static uint64_t cgroup_id(const char *path)
{
	char folder[DECODED_PATH_MAX + sizeof(CGROUP_ROOT)];
	struct statfs fs;
	struct stat st;

	snprintf(folder, sizeof(folder), CGROUP_ROOT "%s", path);
	if (statfs(CGROUP_ROOT, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC || stat(folder, &st))
		return 0;
	return st.st_ino;
}

static void fill_cgroup(int dir, struct decoded *out)
{
	struct buf text = { 0 };
	const char *path;

	read_text(dir, "cgroup", &text);
	path = text.len ? cgroup_line(text.data) : NULL;
	out->cgroup_truncated = !path || strlen(path) >= sizeof(out->cgroup);
	if (!out->cgroup_truncated) {
		memcpy(out->cgroup, path, strlen(path) + 1);
		out->task.cgroup_id = cgroup_id(path);
	}
	buf_free(&text);
}

static void fill_ids(int dir, struct decoded *out)
{
	struct buf status = { 0 };

	read_text(dir, "status", &status);
	out->task.uid = id_of(status.len ? status.data : "", "\nUid:\t");
	out->task.gid = id_of(status.len ? status.data : "", "\nGid:\t");
	buf_free(&status);
}

static void fill_parent(struct decoded *out)
{
	struct procdir_stat stat;
	int dir = out->ppid ? procdir_open(out->ppid) : -1;

	if (dir < 0)
		return;
	if (!procdir_stat(dir, &stat))
		memcpy(out->parent_comm, stat.comm, sizeof(out->parent_comm));
	close(dir);
}

struct process *procfs_process(struct procs *procs, uint32_t tgid, int dir)
{
	struct decoded record = { .type = DECODED_TASK };
	struct procdir_stat stat;

	if (procdir_stat(dir, &stat))
		return NULL;
	record.task = (struct task_ref){ .tgid = tgid,
					 .tid = tgid,
					 .start_ns = stat.start_ticks * procdir_tick_ns(),
					 .kthread = stat.flags & PF_KTHREAD };
	memcpy(record.task.comm, stat.comm, sizeof(record.task.comm));
	record.ppid = stat.ppid;
	fill_ids(dir, &record);
	fill_parent(&record);
	fill_exe(dir, &record);
	fill_cgroup(dir, &record);
	if (procs_told(procs, &record))
		return NULL;
	return procs_get(procs, &record.task);
}
