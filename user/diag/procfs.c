// SPDX-License-Identifier: GPL-2.0-only
#include "diag/procfs.h"

#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define DELETED " (deleted)"
#define CGROUP_ROOT "/sys/fs/cgroup"
#define PF_KTHREAD 0x00200000 /* linux/sched.h */

static int open_dir(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
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
		if (dir < 0)
			continue; /* it ended */
		err = tell((uint32_t)tgid, dir, arg);
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
static size_t slurp(int dir, const char *name, char *to, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && len + 1 < size) {
		n = read(fd, to + len, size - 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	to[len] = '\0';
	return len;
}

struct stat_line {
	uint32_t ppid;
	uint32_t flags;
	uint64_t start_ticks;
	char comm[COMM_LEN + 1];
};

/* Field n, counted from the ')' that ends field 2. */
static uint64_t stat_field(const char *name_end, unsigned int n)
{
	const char *at = name_end;

	for (unsigned int field = 2; at && field < n; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* proc_pid_stat(5). The name in field 2 may hold anything, so the rest begins behind its last ')'. */
static int read_stat(int dir, struct stat_line *out)
{
	char text[4096];
	char *open, *end;
	size_t len;

	if (!slurp(dir, "stat", text, sizeof(text)))
		return -ESRCH;
	open = strchr(text, '(');
	end = strrchr(text, ')');
	if (!open || !end || end < open)
		return -EBADMSG;
	len = (size_t)(end - open - 1);
	*out = (struct stat_line){ .ppid = (uint32_t)stat_field(end, 4),
				   .flags = (uint32_t)stat_field(end, 9),
				   .start_ticks = stat_field(end, 22) };
	memcpy(out->comm, open + 1, len < COMM_LEN ? len : COMM_LEN);
	return 0;
}

bool procfs_is_kernel_thread(int dir)
{
	struct stat_line line;

	return !read_stat(dir, &line) && line.flags & PF_KTHREAD;
}

/* proc_pid_status(5): the first number is the real one. */
static uint32_t id_of(const char *status, const char *label)
{
	const char *at = strstr(status, label);

	return at ? (uint32_t)strtoul(at + strlen(label), NULL, 10) : UINT32_MAX;
}

/* As the kernel side gives a path: whole, or not at all. */
static void fill_exe(int dir, struct decoded *out)
{
	size_t tail = strlen(DELETED), len;

	if (!read_link(dir, "exe", out->exe, sizeof(out->exe)))
		return;
	len = strlen(out->exe);
	if (len == sizeof(out->exe) - 1) {
		*out->exe = '\0'; /* perhaps cut: who reads it later has more room */
		return;
	}
	if (len > tail && !strcmp(out->exe + len - tail, DELETED)) {
		out->exe[len - tail] = '\0';
		out->deleted = true;
	}
}

/* The unified hierarchy; without one that of systemd (cgroups(7)). */
static const char *cgroup_line(char *text)
{
	const char *unified = NULL, *systemd = NULL;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "0::", 3))
			unified = strchr(line, '/');
		else if (strstr(line, ":name=systemd:"))
			systemd = strchr(line, '/');
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
	char text[4096];
	const char *path = slurp(dir, "cgroup", text, sizeof(text)) ? cgroup_line(text) : NULL;

	out->cgroup_truncated = !path || strlen(path) >= sizeof(out->cgroup);
	if (out->cgroup_truncated)
		return;
	memcpy(out->cgroup, path, strlen(path) + 1);
	out->task.cgroup_id = cgroup_id(path);
}

static void fill_parent(struct decoded *out)
{
	struct stat_line line;
	char path[32];
	int dir;

	snprintf(path, sizeof(path), "/proc/%u", out->ppid);
	dir = out->ppid ? open_dir(AT_FDCWD, path) : -ENOENT;
	if (dir < 0)
		return;
	if (!read_stat(dir, &line))
		memcpy(out->parent_comm, line.comm, sizeof(line.comm));
	close(dir);
}

struct process *procfs_process(struct procs *procs, uint32_t tgid, int dir)
{
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
	struct decoded record = { .type = DECODED_TASK };
	struct stat_line line;
	char status[4096];

	if (read_stat(dir, &line))
		return NULL;
	slurp(dir, "status", status, sizeof(status));
	record.task = (struct task_ref){ .tgid = tgid,
					 .tid = tgid,
					 .start_ns = line.start_ticks * tick_ns,
					 .uid = id_of(status, "\nUid:"),
					 .gid = id_of(status, "\nGid:"),
					 .kthread = line.flags & PF_KTHREAD };
	memcpy(record.task.comm, line.comm, sizeof(line.comm));
	record.ppid = line.ppid;
	fill_parent(&record);
	fill_exe(dir, &record);
	fill_cgroup(dir, &record);
	if (procs_told(procs, &record))
		return NULL;
	return procs_get(procs, &record.task);
}
