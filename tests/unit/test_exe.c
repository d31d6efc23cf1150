// SPDX-License-Identifier: GPL-2.0-only
/* The standing of an executable, shown with this test's own process and files. */
#include "unit.h"

#include "base/procdir.h"
#include "enrich/enrich.h"
#include "enrich/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[] = "/tmp/test_exe.XXXXXX";

static uint64_t start_of(pid_t pid)
{
	struct procdir_stat stat;
	int dir = procdir_open((uint32_t)pid);

	assert_return_code(dir, errno);
	assert_int_equal(procdir_stat(dir, &stat), 0);
	close(dir);
	return stat.start_ticks * procdir_tick_ns();
}

static struct process process_of(pid_t pid, const char *exe)
{
	return (struct process){ .tgid = (uint32_t)pid,
				 .start_ns = start_of(pid),
				 .exe = (char *)exe };
}

static const char *own_exe(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	assert_true(n > 0);
	path[n] = '\0';
	return path;
}

static enum exe_standing standing_of(struct process *process)
{
	struct enrich *enrich = enrich_new(false);
	enum exe_standing standing;

	assert_non_null(enrich);
	standing = enrich_exe_standing(enrich, process);
	enrich_free(enrich);
	return standing;
}

/* The device as the kernel counts, and the inode, of a path. */
static void catch_file(struct process *process, const char *path)
{
	struct mounts mounts;
	struct statx st;

	assert_return_code(statx(AT_FDCWD, path, 0, STATX_INO | STATX_MNT_ID, &st), errno);
	mounts_init(&mounts, open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
	assert_int_equal(mounts_refresh(&mounts), 0);
	assert_non_null(mounts_find(&mounts, st.stx_mnt_id));
	process->exe_dev = mounts_find(&mounts, st.stx_mnt_id)->dev;
	process->exe_inode = st.stx_ino;
	mounts_free(&mounts);
}

static void copy_to(const char *path)
{
	char command[PATH_MAX * 2];

	snprintf(command, sizeof(command), "cp \"$(command -v sleep)\" %s", path);
	assert_int_equal(system(command), 0);
}

/* In the child: for itself alone, it has the file there. */
static bool mount_over(const char *file, const char *path)
{
	return !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount(file, path, NULL, MS_BIND, NULL);
}

/* At work, with a file over its path that only it sees, unless NULL. */
static pid_t start_at(const char *path, const char *over)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_return_code(pipe2(ready, O_CLOEXEC), errno);
	pid = fork();
	if (!pid) {
		if (!over || mount_over(over, path))
			execl(path, path, "60", NULL);
		_exit(127);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0); /* closed by exec() */
	close(ready[0]);
	return pid;
}

/* A copy of "sleep" at that path, at work. */
static pid_t start_copy(const char *path)
{
	copy_to(path);
	return start_at(path, NULL);
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Good until the fourth call after it. */
static const char *path_of(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned int calls;
	char *path = paths[calls++ % COUNT(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void what_runs_is_the_hosts(void **state)
{
	struct process process = process_of(getpid(), own_exe());

	(void)state;
	assert_int_equal(standing_of(&process), EXE_HOST);
	catch_file(&process, own_exe());
	assert_int_equal(standing_of(&process), EXE_HOST);
	process.tgid = INT32_MAX; /* it has ended, but was caught */
	assert_int_equal(standing_of(&process), EXE_HOST);
	process.exe_inode = 0; /* it was not */
	assert_int_equal(standing_of(&process), EXE_UNKNOWN);
}

static void another_inode_or_device_is_another(void **state)
{
	struct process process = process_of(getpid(), own_exe());

	(void)state;
	catch_file(&process, own_exe());
	process.exe_inode++;
	assert_int_equal(standing_of(&process), EXE_OTHER);
	process.exe_inode--;
	process.exe_dev++;
	assert_int_equal(standing_of(&process), EXE_OTHER);
}

static void a_path_the_host_lacks_is_another(void **state)
{
	struct process process = process_of(getpid(), "/no/such/file");

	(void)state;
	catch_file(&process, own_exe());
	assert_int_equal(standing_of(&process), EXE_OTHER);
}

/* The same file, but no path of a kernel has a link in it. */
static void no_symbolic_link_is_followed(void **state)
{
	struct process process = process_of(getpid(), path_of("link"));

	(void)state;
	assert_return_code(symlink(own_exe(), path_of("link")), errno);
	catch_file(&process, own_exe());
	assert_int_equal(standing_of(&process), EXE_OTHER);
	assert_return_code(unlink(path_of("link")), errno);
}

static void a_path_that_is_not_known_is_unknown(void **state)
{
	struct process process = process_of(getpid(), own_exe());

	(void)state;
	process.exe_truncated = true;
	assert_int_equal(standing_of(&process), EXE_UNKNOWN);
	process.exe_truncated = false;
	process.exe = NULL;
	assert_int_equal(standing_of(&process), EXE_UNKNOWN);
	process.exe = "relative";
	assert_int_equal(standing_of(&process), EXE_UNKNOWN);
}

static void a_deleted_file_is_found_to_be_deleted(void **state)
{
	pid_t pid = start_copy(path_of("deleted"));
	struct process process = process_of(pid, path_of("deleted"));

	(void)state;
	catch_file(&process, process.exe);
	assert_int_equal(standing_of(&process), EXE_HOST);
	assert_return_code(unlink(process.exe), errno);
	assert_int_equal(standing_of(&process), EXE_DELETED);
	assert_true(process.deleted);
	assert_int_equal(standing_of(&process), EXE_DELETED);
	stop(pid);
	assert_int_equal(standing_of(&process), EXE_UNKNOWN);
}

static void a_replaced_file_is_a_deleted_one(void **state)
{
	pid_t pid = start_copy(path_of("replaced"));
	struct process process = process_of(pid, path_of("replaced"));

	(void)state;
	catch_file(&process, process.exe);
	assert_return_code(unlink(process.exe), errno);
	assert_return_code(symlink(own_exe(), path_of("new")), errno);
	assert_return_code(rename(path_of("new"), path_of("replaced")), errno);
	assert_int_equal(standing_of(&process), EXE_DELETED);
	stop(pid);
	assert_return_code(unlink(path_of("replaced")), errno);
}

/* Deleted, and of the host's file system, but not from there. */
static void a_deleted_file_of_elsewhere_is_another(void **state)
{
	pid_t pid = start_copy(path_of("elsewhere"));
	struct process process = process_of(pid, path_of("elsewhere"));

	(void)state;
	assert_return_code(unlink(process.exe), errno);
	process.deleted = true;
	process.exe = "/proc/version"; /* another mount */
	assert_int_equal(standing_of(&process), EXE_OTHER);
	stop(pid);
}

/* Mounted over the host's file by somebody, and deleted or not: it is no package's old file. */
static void a_file_mounted_over_the_path_is_another(void **state)
{
	const char *path = path_of("real"), *fake = path_of("fake");
	struct process process;
	pid_t pid;

	(void)state;
	if (getuid())
		skip();
	copy_to(path);
	copy_to(fake);
	pid = start_at(path, fake);
	process = process_of(pid, path);
	assert_int_equal(standing_of(&process), EXE_OTHER);
	catch_file(&process, fake);
	assert_int_equal(standing_of(&process), EXE_OTHER);
	assert_return_code(unlink(fake), errno);
	assert_int_equal(standing_of(&process), EXE_OTHER);
	process.deleted = true;
	assert_int_equal(standing_of(&process), EXE_OTHER);
	stop(pid);
	assert_return_code(unlink(path), errno);
}

/* "sleep" out of memory, at work. */
static pid_t start_memfd(void)
{
	char command[128];
	int ready[2], fd = memfd_create("x", 0);
	char byte;
	pid_t pid;

	assert_return_code(fd, errno);
	snprintf(command, sizeof(command), "cat \"$(command -v sleep)\" >/proc/%d/fd/%d", getpid(),
		 fd);
	assert_int_equal(system(command), 0);
	assert_return_code(pipe2(ready, O_CLOEXEC), errno);
	pid = fork();
	if (!pid) {
		fexecve(fd, (char *const[]){ "sleep", "60", NULL }, environ);
		_exit(127);
	}
	close(fd);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	close(ready[0]);
	return pid;
}

static void a_memfd_never_had_a_path(void **state)
{
	pid_t pid = start_memfd();
	struct process process = process_of(pid, "/memfd:x");

	(void)state;
	process.deleted = true;
	assert_int_equal(standing_of(&process), EXE_MEMFD);
	stop(pid);
	assert_int_equal(standing_of(&process), EXE_UNKNOWN);
}

/* A deleted file that is called like one: where somebody is root of his mounts, he can have that. */
static void a_file_is_no_memfd(void **state)
{
	pid_t pid = start_copy(path_of("file"));
	struct process process = process_of(pid, "/memfd:x");

	(void)state;
	catch_file(&process, path_of("file"));
	assert_return_code(unlink(path_of("file")), errno);
	process.deleted = true;
	assert_int_equal(standing_of(&process), EXE_OTHER);
	process.exe_inode = 0; /* not caught by the kernel side */
	assert_int_equal(standing_of(&process), EXE_OTHER);
	stop(pid);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_runs_is_the_hosts),
		cmocka_unit_test(another_inode_or_device_is_another),
		cmocka_unit_test(a_path_the_host_lacks_is_another),
		cmocka_unit_test(no_symbolic_link_is_followed),
		cmocka_unit_test(a_path_that_is_not_known_is_unknown),
		cmocka_unit_test(a_deleted_file_is_found_to_be_deleted),
		cmocka_unit_test(a_replaced_file_is_a_deleted_one),
		cmocka_unit_test(a_deleted_file_of_elsewhere_is_another),
		cmocka_unit_test(a_file_mounted_over_the_path_is_another),
		cmocka_unit_test(a_memfd_never_had_a_path),
		cmocka_unit_test(a_file_is_no_memfd),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
