// SPDX-License-Identifier: GPL-2.0-only
/* What is read of a process's folder in /proc, from folders made up. */
#include "unit.h"

#include "base/procdir.h"
#include "diag/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static char folder[] = "/tmp/porttrace-unit-XXXXXX";
static int dir = -1;

static void put_file(const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_return_code(fd, errno);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void put_link(const char *name, const char *to)
{
	unlinkat(dir, name, 0);
	assert_return_code(symlinkat(to, dir, name), errno);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || mkdirat(dir, "fd", 0755) || mkdirat(dir, "ns", 0755))
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "stat", "status", "cgroup", "exe",  "ns/net",
					     "fd/0", "fd/1",   "fd/2",   "fd/3", "fd/4" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		unlinkat(dir, names[i], 0);
	unlinkat(dir, "fd", AT_REMOVEDIR);
	unlinkat(dir, "ns", AT_REMOVEDIR);
	close(dir);
	return rmdir(folder);
}

#define STAT_TAIL                                                                              \
	" S 42 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 9 10 11 12 13 14 15 16 17 18 " \
	"19 20 21 22 23 24 25\n"

/* The name may look like the end of the name, and like fields. */
static void the_name_of_a_process_is_hostile(void **state)
{
	struct procdir_stat stat;

	(void)state;
	put_file("stat", "7 (a) R 1 2 (b) x)" STAT_TAIL);
	assert_int_equal(procdir_stat(dir, &stat), 0);
	assert_string_equal(stat.comm, "a) R 1 2 (b) x");
	assert_int_equal(stat.ppid, 42);
	assert_int_equal(stat.flags, 4194560);
	assert_int_equal(stat.start_ticks, 123456);
	put_file("stat", "7 (0123456789abcdef0123)" STAT_TAIL);
	assert_int_equal(procdir_stat(dir, &stat), 0);
	assert_string_equal(stat.comm, "0123456789abcdef");
}

static void a_line_that_is_none_is_refused(void **state)
{
	struct procdir_stat stat;

	(void)state;
	put_file("stat", "7 )nothing(");
	assert_int_equal(procdir_stat(dir, &stat), -EBADMSG);
	put_file("stat", "");
	assert_int_equal(procdir_stat(dir, &stat), -ESRCH);
	put_file("stat", "7 (short) S");
	assert_int_equal(procdir_stat(dir, &stat), 0);
	assert_int_equal(stat.start_ticks, 0);
}

static void a_process_is_told_by_its_start(void **state)
{
	uint64_t tick = procdir_tick_ns();

	(void)state;
	put_file("stat", "7 (x)" STAT_TAIL);
	assert_true(procdir_is(dir, 123456 * tick));
	assert_true(procdir_is(dir, 123456 * tick + tick - 1));
	assert_false(procdir_is(dir, 123457 * tick));
}

static void kernel_threads_are_known(void **state)
{
	(void)state;
	put_file("stat", "7 (x)" STAT_TAIL);
	assert_false(procfs_is_kernel_thread(dir));
	put_file("stat", "7 (kworker/0:1) I 2 0 0 0 -1 69238880 0 0");
	assert_true(procfs_is_kernel_thread(dir));
}

struct told {
	uint64_t inodes[8];
	enum procfs_link kinds[8];
	int fds[8];
	size_t n;
};

static int note(enum procfs_link kind, uint64_t inode, int fd, void *arg)
{
	struct told *told = arg;

	told->kinds[told->n] = kind;
	told->inodes[told->n] = inode;
	told->fds[told->n++] = fd;
	return 0;
}

static void sockets_and_namespaces_are_found(void **state)
{
	struct told told = { 0 };
	size_t sock = 0, net = 1;

	(void)state;
	put_link("fd/0", "socket:[123]");
	put_link("fd/1", "pipe:[9]");
	put_link("fd/2", "net:[4026531840]");
	put_link("fd/3", "socket:[12x]");
	put_link("fd/4", "/tmp/socket:[5]");
	assert_int_equal(procfs_each_fd(dir, note, &told), 0);
	assert_int_equal(told.n, 2);
	if (told.kinds[0] == PROCFS_NETNS) {
		sock = 1;
		net = 0;
	}
	assert_int_equal(told.kinds[sock], PROCFS_SOCKET);
	assert_int_equal(told.inodes[sock], 123);
	assert_int_equal(told.fds[sock], 0);
	assert_int_equal(told.inodes[net], 4026531840);
	assert_int_equal(told.fds[net], 2);
	assert_int_equal(procfs_netns(dir), 0);
	put_link("ns/net", "net:[77]");
	assert_int_equal(procfs_netns(dir), 77);
}

static void a_process_is_described(void **state)
{
	struct procs *procs = procs_new();
	struct process *process;

	(void)state;
	put_file("stat", "7 (nginx)" STAT_TAIL);
	put_file("status", "Name:\tx\nUid:\t1000\t33\t0\t0\nGid:\t100\t34\t0\t0\n");
	put_file("cgroup", "1:name=systemd:/old\n0::/system.slice/nginx.service\n");
	put_link("exe", "/usr/sbin/nginx (deleted)");
	process = procfs_process(procs, 7, dir);
	assert_non_null(process);
	assert_int_equal(process->tgid, 7);
	/* Those it acts with. */
	assert_int_equal(process->uid, 33);
	assert_int_equal(process->gid, 34);
	assert_int_equal(process->ppid, 42);
	assert_int_equal(process->start_ns, 123456 * procdir_tick_ns());
	assert_string_equal(process->comm, "nginx");
	assert_string_equal(process->exe, "/usr/sbin/nginx");
	assert_true(process->deleted);
	assert_string_equal(process->cgroup_path, "/system.slice/nginx.service");
	procs_put(procs, process);
	procs_free(procs);
}

/* Only what leads nowhere is deleted. */
static void a_file_may_be_called_deleted(void **state)
{
	char path[64], to[64];
	bool deleted;

	(void)state;
	snprintf(path, sizeof(path), "%s/status (deleted)", folder);
	put_file("status (deleted)", "");
	put_link("exe", path);
	assert_int_equal(procdir_link(dir, "exe", to, sizeof(to), &deleted), strlen(path));
	assert_string_equal(to, path);
	assert_false(deleted);
	unlinkat(dir, "status (deleted)", 0);
	assert_int_equal(procdir_link(dir, "exe", to, sizeof(to), &deleted), strlen(path));
	assert_memory_equal(to, path, strlen(path) - strlen(" (deleted)"));
	assert_int_equal(strlen(to), strlen(path) - strlen(" (deleted)"));
	assert_true(deleted);
	assert_int_equal(procdir_link(dir, "nothing", to, sizeof(to), &deleted), -1);
	assert_false(deleted);
}

/* Without v2, or where it is not in use, systemd's hierarchy says it. */
static void an_old_cgroup_is_found(void **state)
{
	struct procs *procs = procs_new();
	struct process *process;

	(void)state;
	put_file("stat", "8 (x)" STAT_TAIL);
	put_file("cgroup", "4:memory:/m\n1:name=systemd:/system.slice/x.service\n0::/\n");
	process = procfs_process(procs, 8, dir);
	assert_string_equal(process->cgroup_path, "/system.slice/x.service");
	procs_put(procs, process);
	procs_free(procs);
}

static void a_cgroup_outside_of_our_namespace_has_no_path(void **state)
{
	struct procs *procs = procs_new();
	struct process *process;

	(void)state;
	put_file("stat", "9 (x)" STAT_TAIL);
	put_file("cgroup", "1:name=systemd:/../x.service\n0::/../../x.service\n");
	process = procfs_process(procs, 9, dir);
	assert_null(process->cgroup_path);
	assert_int_equal(process->cgroup_id, 0);
	procs_put(procs, process);
	procs_free(procs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_a_process_is_hostile),
		cmocka_unit_test(a_line_that_is_none_is_refused),
		cmocka_unit_test(a_process_is_told_by_its_start),
		cmocka_unit_test(kernel_threads_are_known),
		cmocka_unit_test(sockets_and_namespaces_are_found),
		cmocka_unit_test(a_process_is_described),
		cmocka_unit_test(a_file_may_be_called_deleted),
		cmocka_unit_test(an_old_cgroup_is_found),
		cmocka_unit_test(a_cgroup_outside_of_our_namespace_has_no_path),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
