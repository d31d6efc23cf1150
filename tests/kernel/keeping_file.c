// SPDX-License-Identifier: GPL-2.0-only
/* porttrace --state: a file that is not as it was written, and one that cannot be written. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "await.h"
#include "event.h"
#include "folder.h"
#include "keeper.h"
#include "sockets.h"
#include "tests.h"

#define PORT 8080

/* The file as somebody else may leave it: said, and everything is as in a first run. */
static void expect_ignored(int byte, const char *why)
{
	char path[128], bit;
	struct tracer *tracer;
	int fd;

	keeper_start();
	tracer_finish_all();
	snprintf(path, sizeof(path), "%s/state", folder_make());
	fd = open(path, O_RDWR | O_CLOEXEC);
	check(fd >= 0, "%s: %s", path, strerror(errno));
	if (byte >= 0) {
		check(pread(fd, &bit, 1, byte) == 1, "pread");
		bit ^= 1;
		check(pwrite(fd, &bit, 1, byte) == 1, "pwrite");
	} else {
		check(!ftruncate(fd, 100), "ftruncate");
	}
	close(fd);
	tracer = keeper_start();
	check(strstr(tracer->errors, why) != NULL, "it does not say '%s': %s", why, tracer->errors);
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	check(!tracer_count(tracer, "close", 0), "it tells of a port that closed");
	tracer_finish_all();
}

static void state_damaged(void)
{
	int fd = tcp_listen("127.0.0.1", PORT);

	expect_ignored(-1, "damaged");
	expect_ignored(100, "damaged"); /* in the first record */
	expect_ignored(0, "damaged");
	expect_ignored(16, "another version");
	expect_ignored(32, "earlier boot");
	sock_close(fd);
}

static void remove_state(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/state", folder_make());
	unlink(path);
	rmdir(path);
}

/* At once, so that nothing is written into half of it. */
static void remove_folder(void)
{
	static const char *const names[] = { "lock", "state" };
	char gone[128], path[256];

	snprintf(gone, sizeof(gone), "%s.gone", folder_make());
	check(!rename(folder_make(), gone), "rename: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", gone, names[i]);
		check(!unlink(path), "%s: %s", path, strerror(errno));
	}
	check(!rmdir(gone), "%s: %s", gone, strerror(errno));
}

static void expect_refused(const char *why)
{
	struct tracer *tracer = keeper_start();

	check(strstr(tracer->errors, why) != NULL, "it does not say '%s': %s", why, tracer->errors);
	expect_while_down(tracer_expect(tracer, "existing", PORT), false);
	tracer_finish_all();
	remove_state();
}

/* The file that a link leads to is somebody's, and stays as it is. */
static void expect_link_not_followed(const char *path)
{
	char victim[128];
	struct stat before, after;
	int fd;

	snprintf(victim, sizeof(victim), "%s/fill", folder_make());
	fd = open(victim, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	check(fd >= 0 && !fstat(fd, &before), "%s: %s", victim, strerror(errno));
	close(fd);
	check(!symlink(victim, path), "symlink: %s", strerror(errno));
	expect_refused("cannot be written: it is no plain file");
	check(!stat(victim, &after) && after.st_ino == before.st_ino && !after.st_size,
	      "what a link leads to was replaced");
	unlink(victim);
}

/* Something else in its place: nothing waits for it, and nothing of it is believed. */
static void state_odd(void)
{
	int fd = tcp_listen("127.0.0.1", PORT);
	char path[128];

	snprintf(path, sizeof(path), "%s/state", folder_make());
	check(!mkfifo(path, 0600), "mkfifo: %s", strerror(errno));
	expect_refused("is not used: it is no plain file");
	check(!mkdir(path, 0700), "mkdir: %s", strerror(errno));
	expect_refused("cannot be written: it is no plain file");
	check(!symlink("/dev/zero", path), "symlink: %s", strerror(errno));
	expect_refused("is not used: it is no plain file");
	expect_link_not_followed(path);
	keeper_start();
	tracer_finish_all();
	check(!chown(path, 65534, 65534), "chown: %s", strerror(errno));
	expect_refused("belongs to another user");
	keeper_start();
	tracer_finish_all();
	check(!truncate(path, 100L << 20), "truncate: %s", strerror(errno));
	expect_refused("larger than any");
	sock_close(fd);
}

static void fill(const char *path)
{
	static const char bytes[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	check(errno == ENOSPC, "the disk does not get full: %s", strerror(errno));
	close(fd);
}

/* Full from the beginning, then not, then full again: the stream goes on. */
static void state_full(void)
{
	struct tracer *tracer;
	char path[128];
	int fd;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", folder_make(), "tmpfs", 0, "size=64k"))
		test_skip("no file system of its own: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/fill", folder_make());
	fill(path);
	tracer = keeper_start();
	await_error(tracer, "cannot be written: No space left on device");
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	unlink(path);
	await_error(tracer, "can be written again");
	keeper_kill(tracer);
	sock_close(fd);
	tracer = keeper_start();
	expect_while_down(tracer_expect(tracer, "close", PORT), true);
}

static void state_read_only(void)
{
	struct tracer *tracer;
	int fd;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", folder_make(), "tmpfs", MS_RDONLY, "size=64k"))
		test_skip("no file system of its own: %s", strerror(errno));
	tracer = keeper_start();
	await_error(tracer, "cannot be written: Read-only file system");
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fd);
	tracer_expect(tracer, "close", PORT);
}

static bool is_written(void *arg)
{
	char path[128];

	(void)arg;
	snprintf(path, sizeof(path), "%s/state", folder_make());
	return !access(path, F_OK);
}

/* Somebody cleans up: it is made again, and is one's own as before. */
static void folder_removed(void)
{
	struct tracer *tracer = keeper_start(), *other;
	int fd;

	remove_folder();
	fd = tcp_listen("127.0.0.1", PORT);
	await(is_written, NULL, tracer, "a state in a folder made again");
	other = keeper_launch();
	check(tracer_wait(other) == 2 && strstr(other->errors, "in use by another porttrace"),
	      "another takes the folder: %s", other->errors);
	keeper_kill(tracer);
	sock_close(fd);
	tracer = keeper_start();
	expect_while_down(tracer_expect(tracer, "close", PORT), true);
}

/* Root may write there, but not once it is confined: it says why, and what helps. */
static void folder_of_another(void)
{
	struct tracer *tracer;
	char path[128];
	int fd;

	check(!chown(folder_make(), 65534, 65534) && !chmod(folder_make(), 0755), "chown: %s",
	      strerror(errno));
	snprintf(path, sizeof(path), "%s/porttrace.prom", folder_make());
	tracer = tracer_launch(
		&(struct launch){ .args = { "--metrics", path, "--state", folder_make() } });
	tracer_ready(tracer);
	await_error(tracer, "/state cannot be written: Permission denied (it has given up");
	await_error(tracer, "porttrace.prom: Permission denied (it has given up");
	fd = tcp_listen("127.0.0.1", PORT);
	tracer_expect(tracer, "open", PORT);
	sock_close(fd);
}

const struct test keeping_file_tests[] = {
	{ "state-damaged",
	  "a state that is damaged, of another version or boot is ignored and said", state_damaged,
	  40 },
	{ "state-odd", "a FIFO, a folder, a link or another user's file in its place is said",
	  state_odd, 40 },
	{ "state-full", "a disk that is full is said once, and the stream goes on", state_full,
	  40 },
	{ "state-read-only", "a folder that is read-only is said, and the stream goes on",
	  state_read_only, 0 },
	{ "state-removed", "a folder that is removed is made again, and taken again",
	  folder_removed, 0 },
	{ "keeping-of-another", "a folder of another user is said, with what helps",
	  folder_of_another, 0 },
	{ 0 },
};
