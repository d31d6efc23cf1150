// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether an executable is what the host has at its path. A path alone is what
 * whoever has a mount namespace of his own (any user has) makes it: a container's
 * /usr/sbin/nginx, or a file that is mounted there for one process alone.
 *
 * The host is the mount namespace of process 1, entered by /proc/1/root: under
 * PrivateTmp=, ProtectHome= and the like our own root is not what others see.
 * Where that may not be looked at (it takes CAP_SYS_PTRACE), or in a pid namespace
 * of a container, it is our own root: what differs there is not believed.
 *
 * The kernel's path has no symbolic link in it, so none is followed: behind one
 * the host has no file of that path.
 */
#include "base/first_namespace.h"
#include "base/loop.h"
#include "base/procdir.h"
#include "enrich/internal.h"
#include "enrich/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MEMFD "/memfd:" /* mm/memfd.c; d_path(9) puts the slash before it */

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* In a flood the same process comes again and again: what was found holds for so long. */
#define VALID_NS 10000000ULL

struct host {
	int root;        /* O_PATH */
	dev_t memfd_dev; /* of every memfd; 0: not known */
	struct mounts mounts;
	/* The last answer. */
	uint64_t version; /* of the process */
	uint64_t looked_ns;
	enum exe_standing standing;
};

/* A file, as statx(2) tells. */
struct file {
	dev_t dev; /* not that of the superblock on btrfs, and on some overlays */
	uint64_t inode;
	uint64_t mount;
};

/* --- the host ---------------------------------------------------------------------------- */

static bool open_files(struct host *host, const char *root, const char *mountinfo)
{
	host->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mounts_init(&host->mounts, open(mountinfo, O_RDONLY | O_CLOEXEC));
	if (host->root >= 0 && !mounts_refresh(&host->mounts))
		return true;
	if (host->root >= 0)
		close(host->root);
	host->root = -1;
	mounts_free(&host->mounts);
	return false;
}

/* They all lie on one mount of the kernel's (shm_mnt of mm/shmem.c), which nobody else can reach. */
static dev_t memfd_dev(void)
{
	int fd = memfd_create("porttrace", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	struct stat st;
	dev_t dev = 0;

	if (fd < 0 && errno == EINVAL) /* older than 6.3 */
		fd = memfd_create("porttrace", MFD_CLOEXEC);
	if (fd < 0)
		return 0;
	if (!fstat(fd, &st))
		dev = st.st_dev;
	close(fd);
	return dev;
}

/* Kept open: what the capability is needed for is done once. NULL: no memory. */
static struct host *host_of(struct enrich *enrich)
{
	struct host *host = enrich->host;

	if (host)
		return host;
	host = enrich->host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	if (!in_first_namespace("pid", PID_INIT_INO) ||
	    !open_files(host, "/proc/1/root", "/proc/1/mountinfo"))
		open_files(host, "/", "/proc/self/mountinfo");
	host->memfd_dev = memfd_dev();
	return host;
}

void enrich_open_host(struct enrich *enrich)
{
	host_of(enrich);
}

void host_free(struct enrich *enrich)
{
	if (!enrich->host)
		return;
	if (enrich->host->root >= 0)
		close(enrich->host->root);
	mounts_free(&enrich->host->mounts);
	free(enrich->host);
}

/* Nobody is asked who may not answer: what is known already will do. */
static int describe(int fd, const char *name, struct file *out)
{
	struct statx st;

	if (statx(fd, name, AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &st))
		return -errno;
	out->dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	out->inode = st.stx_ino;
	out->mount = st.stx_mnt_id;
	return 0;
}

/*
 * One name after the other, no link followed; the caller closes it. Not openat2(2):
 * RestrictSUIDSGID= of systemd takes that away, since no filter sees its flags.
 */
static int open_beneath(int root, const char *path)
{
	int fd = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC), next;
	char names[PATH_MAX], *rest = names, *name;

	if (fd < 0)
		return -errno;
	snprintf(names, sizeof(names), "%s", path);
	while (fd >= 0 && (name = strsep(&rest, "/"))) {
		if (!*name)
			continue;
		next = openat(fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | (rest ? O_DIRECTORY : 0));
		if (next < 0)
			next = -errno;
		close(fd);
		fd = next;
	}
	return fd;
}

/* The file at a path of the host, which begins with a slash. 0 or -errno. */
static int host_file(const struct host *host, const char *path, struct file *out)
{
	int fd = open_beneath(host->root, path), err;

	if (fd < 0)
		return fd;
	err = describe(fd, "", out);
	close(fd);
	return err;
}

/* As the kernel numbers devices (include/linux/kdev_t.h). */
static dev_t dev_of(uint32_t kernel)
{
	return makedev(kernel >> MOUNT_MINOR_BITS, kernel & ((1u << MOUNT_MINOR_BITS) - 1));
}

/* What is not to be found out, apart from what is not there. */
static bool is_absent(int err)
{
	return err == -ENOENT || err == -ENOTDIR || err == -ELOOP;
}

/* --- a file that is there ---------------------------------------------------------------- */

enum answer { ANSWER_UNSURE, ANSWER_SAME, ANSWER_OTHER };

static enum answer answer_of(bool same)
{
	return same ? ANSWER_SAME : ANSWER_OTHER;
}

/* What the process runs now. 0 or -errno. */
static int describe_running(const struct process *process, struct file *out)
{
	int dir = procdir_open_same(process->tgid, process->start_ns), err;

	if (dir < 0)
		return dir;
	err = describe(dir, "exe", out);
	close(dir);
	return err;
}

/* By what the process runs now: exact on every file system, as long as it lives. */
static enum answer compare_running(const struct process *process, const struct file *file)
{
	struct file running = { 0 };

	if (describe_running(process, &running))
		return ANSWER_UNSURE;
	return answer_of(running.dev == file->dev && running.inode == file->inode);
}

/*
 * By what was caught when it acted, which needs no process any more. The kernel
 * side tells the device of the superblock, which is also what mountinfo shows. Where
 * files have another (statx(2) on btrfs, on an overlay over several file systems),
 * two of them may have one number, and only the running process can tell.
 */
static enum answer compare(const struct host *host, const struct process *process,
			   const struct file *file)
{
	const struct mount_row *mount = mounts_find(&host->mounts, file->mount);

	if (!process->exe_inode || !mount)
		return compare_running(process, file);
	if (process->exe_dev != mount->dev || process->exe_inode != file->inode)
		return ANSWER_OTHER;
	if (dev_of(mount->dev) != file->dev)
		return compare_running(process, file);
	return ANSWER_SAME;
}

/* --- a file that is gone ----------------------------------------------------------------- */

/* Unlinked since the kernel side told of the process. */
static bool is_deleted_by_now(const struct process *process)
{
	int dir = procdir_open_same(process->tgid, process->start_ns);
	char path[PATH_MAX + 16];
	bool deleted = false;

	if (dir < 0)
		return false;
	if (procdir_link(dir, "exe", path, sizeof(path), &deleted) <= 0)
		deleted = false;
	close(dir);
	return deleted && !strcmp(path, process->exe);
}

/* Where in its file system a path of a mount lies: *base, then *rest. False: not there. */
static bool place_in(const struct mount_row *mount, const char *path, const char **base,
		     const char **rest)
{
	size_t n = strlen(mount->point);

	if (n == 1)
		n = 0;
	else if (strncmp(path, mount->point, n) != 0 || (path[n] && path[n] != '/'))
		return false;
	*base = strcmp(mount->root, "/") ? mount->root : "";
	*rest = path + n;
	return true;
}

/* Whether base1 + rest1 is base2 + rest2. */
static bool same_text(const char *base1, const char *rest1, const char *base2, const char *rest2)
{
	size_t n1 = strlen(base1), n2 = strlen(base2);

	if (n1 > n2)
		return same_text(base2, rest2, base1, rest1);
	return n1 + strlen(rest1) == n2 + strlen(rest2) && !strncmp(base1, base2, n1) &&
	       !strncmp(rest1, base2 + n1, n2 - n1) && !strcmp(rest1 + (n2 - n1), rest2);
}

/* The mount of the host that a path is in; the file itself may not be there any more. */
static const struct mount_row *host_mount(const struct host *host, const char *path)
{
	char folder[PATH_MAX];
	struct file file = { 0 };
	int err = host_file(host, path, &file);

	if (is_absent(err) && strlen(path) < sizeof(folder)) {
		size_t n = (size_t)(strrchr(path, '/') - path);

		snprintf(folder, sizeof(folder), "%.*s", n ? (int)n : 1, path);
		err = host_file(host, folder, &file);
	}
	return err ? NULL : mounts_find(&host->mounts, file.mount);
}

/* Of the process's own mounts, that of its executable. The caller frees mounts. */
static const struct mount_row *own_mount(const struct process *process, struct mounts *mounts)
{
	int dir = procdir_open_same(process->tgid, process->start_ns);
	struct file file = { 0 };
	int err;

	mounts_init(mounts, -1);
	if (dir < 0)
		return NULL;
	err = describe(dir, "exe", &file);
	mounts_init(mounts, openat(dir, "mountinfo", O_RDONLY | O_CLOEXEC));
	close(dir);
	if (err || mounts_refresh(mounts))
		return NULL;
	return mounts_find(mounts, file.mount);
}

/* A file may have such a path as well: in a mount namespace of one's own any user can make one. */
static enum exe_standing standing_of_memfd(const struct host *host, const struct process *process)
{
	dev_t dev = dev_of(process->exe_dev);
	struct file file;

	if (!process->exe_inode) {
		if (describe_running(process, &file))
			return EXE_UNKNOWN;
		dev = file.dev;
	}
	if (!host->memfd_dev)
		return EXE_UNKNOWN;
	return dev == host->memfd_dev ? EXE_MEMFD : EXE_OTHER;
}

/*
 * It lay where the host has that path: the same file system, and the same place in
 * it, by the mounts of the process and those of the host. So what somebody mounted over
 * /usr/sbin/nginx for himself, and then deleted, does not pass for a package's old file.
 */
static enum exe_standing standing_of_deleted(const struct host *host, const struct process *process)
{
	const char *base, *rest, *host_base, *host_rest;
	const struct mount_row *own, *there;
	enum exe_standing standing = EXE_UNKNOWN;
	struct mounts mounts;

	if (!strncmp(process->exe, MEMFD, strlen(MEMFD)))
		return standing_of_memfd(host, process);
	own = own_mount(process, &mounts);
	there = host_mount(host, process->exe);
	if (own && there)
		standing = own->dev == there->dev && place_in(own, process->exe, &base, &rest) &&
					   place_in(there, process->exe, &host_base, &host_rest) &&
					   same_text(base, rest, host_base, host_rest) ?
				   EXE_DELETED :
				   EXE_OTHER;
	mounts_free(&mounts);
	return standing;
}

/* --- both -------------------------------------------------------------------------------- */

static enum exe_standing standing_of_file(const struct host *host, struct process *process)
{
	enum answer answer = ANSWER_OTHER;
	struct file file = { 0 };
	int err = host_file(host, process->exe, &file);

	if (!err)
		answer = compare(host, process, &file);
	else if (!is_absent(err))
		return EXE_UNKNOWN;
	if (answer == ANSWER_SAME)
		return EXE_HOST;
	if (answer == ANSWER_UNSURE)
		return EXE_UNKNOWN;
	if (!is_deleted_by_now(process))
		return EXE_OTHER;
	process->deleted = true;
	process_changed(process);
	return standing_of_deleted(host, process);
}

static enum exe_standing look(struct host *host, struct process *process)
{
	if (!process->exe || process->exe_truncated || *process->exe != '/')
		return EXE_UNKNOWN;
	/* Whose program answers for a FUSE may let us wait for ever: it is not asked. */
	if (mounts_refresh(&host->mounts) || mounts_crosses_fuse(&host->mounts, process->exe))
		return EXE_UNKNOWN;
	if (process->deleted)
		return standing_of_deleted(host, process);
	return standing_of_file(host, process);
}

enum exe_standing enrich_exe_standing(struct enrich *enrich, struct process *process)
{
	struct host *host = host_of(enrich);
	uint64_t now = boot_now_ns();

	if (!host)
		return EXE_UNKNOWN;
	if (process->version && host->version == process->version &&
	    now - host->looked_ns < VALID_NS)
		return host->standing;
	host->standing = look(host, process);
	host->version = process->version;
	host->looked_ns = now;
	return host->standing;
}
