// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "programs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "helper.h"

/* Not below /tmp: what everybody may write to is a case of its own. */
#define HOME "/root"

static char folder[] = HOME "/.live-XXXXXX";
static char made[8][128]; /* files in it */
static size_t n_made;

static void folder_remove(void)
{
	for (size_t i = 0; i < n_made; i++)
		unlink(made[i]);
	rmdir(folder);
}

static void folder_make(void)
{
	if (!strstr(folder, "XXXXXX"))
		return;
	if (mkdir(HOME, 0700) && errno != EEXIST)
		test_fail(HOME ": %s", strerror(errno));
	if (!mkdtemp(folder))
		test_fail("%s: %s", folder, strerror(errno));
	test_at_end(folder_remove);
}

const char *program_file(const char *name)
{
	char path[sizeof(made[0])];

	folder_make();
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (size_t i = 0; i < n_made; i++)
		if (!strcmp(made[i], path))
			return made[i];
	if (n_made == ARRAY_SIZE(made))
		test_fail("too many files in %s", folder);
	memcpy(made[n_made], path, sizeof(path));
	return made[n_made++];
}

static const char *program_at(const char *name)
{
	const char *path = program_file(name);

	if (access(path, F_OK))
		opener_copy_to(path);
	return path;
}

const char *program_path(void)
{
	return program_at("server");
}

const char *program_deleted_path(void)
{
	return program_file("old-server");
}

void program_upgrade(void)
{
	const char *path = program_path(), *fresh = program_file("server.dpkg-new");

	opener_copy_to(fresh);
	if (rename(fresh, path))
		test_fail("rename: %s", strerror(errno));
}

__attribute__((noreturn)) static void become(int ctl, const char *exe)
{
	const char *argv[] = { exe, "--helper", "opener", NULL };

	if (ctl == HELPER_CTL)
		fcntl(ctl, F_SETFD, 0);
	else if (dup2(ctl, HELPER_CTL) < 0)
		_exit(126);
	execv(exe, (char **)argv);
	test_fail("%s: %s", exe, strerror(errno));
}

static void become_mounted(int ctl, void *arg)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(arg, program_path(), NULL, MS_BIND, NULL))
		test_fail("mounting over %s: %s", program_path(), strerror(errno));
	become(ctl, program_path());
}

static void become_memfd(int ctl, void *arg)
{
	int in = open(arg, O_RDONLY | O_CLOEXEC), out = memfd_create("server", 0);
	struct stat st;
	char path[64];
	off_t done = 0;

	if (in < 0 || out < 0 || fstat(in, &st))
		test_fail("memfd_create: %s", strerror(errno));
	while (done < st.st_size)
		if (sendfile(out, in, &done, (size_t)(st.st_size - done)) <= 0)
			test_fail("sendfile: %s", strerror(errno));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", out);
	become(ctl, path);
}

/*
 * On a file system of its own, which only this process has any more: the kernel's path of
 * it is "/memfd:server (deleted)", as of what is in memory alone.
 */
static void become_unmounted(int ctl, void *arg)
{
	static const char path[] = "/tmp/memfd:server";
	int exe;

	(void)arg;
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/tmp", "tmpfs", 0, NULL))
		test_fail("a tmpfs: %s", strerror(errno));
	opener_copy_to(path);
	exe = open(path, O_PATH | O_CLOEXEC);
	if (exe < 0 || unlink(path) || umount2("/tmp", MNT_DETACH))
		test_fail("%s: %s", path, strerror(errno));
	if (ctl != HELPER_CTL && dup2(ctl, HELPER_CTL) < 0)
		_exit(126);
	fcntl(HELPER_CTL, F_SETFD, 0);
	fexecve(exe, (char *[]){ "server", "--helper", "opener", NULL }, environ);
	test_fail("%s: %s", path, strerror(errno));
}

static void become_chrooted(int ctl, void *arg)
{
	char fake[256], at[256];

	snprintf(fake, sizeof(fake), "/tmp%s", (const char *)arg);
	snprintf(at, sizeof(at), "/tmp%s", program_path());
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("/", "/tmp", NULL, MS_BIND | MS_REC, NULL) ||
	    mount(fake, at, NULL, MS_BIND, NULL) || chroot("/tmp") || chdir("/"))
		test_fail("another root: %s", strerror(errno));
	become(ctl, program_path());
}

static void become_host(int ctl, void *arg)
{
	become(ctl, arg);
}

/* Whether it runs: the first thing that it is asked for is answered by nobody else. */
static void await_it(struct opener *opener)
{
	opener_open(opener, &(struct spec){ .addr = "127.0.0.1", .flags = SPEC_NO_LISTEN });
	opener_close(opener);
}

struct opener program_start(enum program_place place)
{
	static void (*const bodies[])(int ctl, void *arg) = {
		[PROGRAM_HOST] = become_host,         [PROGRAM_COPY] = become_host,
		[PROGRAM_DELETED] = become_host,      [PROGRAM_MEMFD] = become_memfd,
		[PROGRAM_MOUNTED] = become_mounted,   [PROGRAM_UNMOUNTED] = become_unmounted,
		[PROGRAM_CHROOTED] = become_chrooted,
	};
	const char *exe = program_path();
	struct opener opener;

	if (place == PROGRAM_COPY || place == PROGRAM_MOUNTED || place == PROGRAM_CHROOTED)
		exe = opener_program();
	if (place == PROGRAM_DELETED)
		exe = program_at("old-server");
	opener = (struct opener){ .child = child_start(bodies[place], (void *)exe) };
	await_it(&opener);
	if (place == PROGRAM_DELETED && unlink(exe))
		test_fail("unlink: %s", strerror(errno));
	return opener;
}
