// SPDX-License-Identifier: GPL-2.0-only
/* who PORT: processes that are out of the ordinary. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "asking.h"
#include "hostile.h"
#include "opener.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "text.h"

static struct outcome outcome;

static void *listen_in_thread(void *arg)
{
	tcp_listen("127.0.0.1", 8080);
	step_give(*(int *)arg);
	step_await(*(int *)arg);
	return NULL;
}

/* Its first thread is gone, and /proc/PID knows little more than the name. */
static void listen_without_leader(int ctl, void *arg)
{
	static int in_thread;
	pthread_t thread;

	(void)arg;
	in_thread = ctl;
	if (pthread_create(&thread, NULL, listen_in_thread, &in_thread))
		test_fail("pthread_create failed");
	syscall(SYS_exit, 0);
}

static void leaderless(void)
{
	struct child child = child_start(listen_without_leader, NULL);
	struct event event;

	step_await(child.ctl);
	process_await_state(child.pid, 'Z');
	event = ask_one(&outcome, "8080");
	expect_num(&event, "process.pid", child.pid);
	expect_text(&event, "process.comm", self_comm());
	check(event_held_by(&event, child.pid), "not held by %d: %s", child.pid, event.line);
}

static void deleted(void)
{
	const struct spec spec = { .addr = "127.0.0.1", .port = 8080 };
	const char *program = opener_program();
	struct opener opener = opener_start(AS_PROGRAM);
	struct event event;
	int fd;

	opener_open(&opener, &spec);
	check(!unlink(program), "unlink: %s", strerror(errno));
	event = ask_one(&outcome, "8080");
	expect_text(&event, "process.exe", program);
	expect_bool(&event, "process.deleted", true);
	expect_bool(&event, "replaced", false);
	ask_who(&outcome, "8080", false);
	expect_out(&outcome, "other-program, deleted\n");
	fd = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	check(fd >= 0, "%s: %s", program, strerror(errno));
	close(fd);
	event = ask_one(&outcome, "8080");
	expect_bool(&event, "replaced", true);
	ask_who(&outcome, "8080", false);
	expect_out(&outcome, "other-program, deleted: another file has taken its place\n");
}

static int copy_to_memory(void)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("payload", 0);
	struct stat st;
	off_t done = 0;

	if (in < 0 || fd < 0 || fstat(in, &st))
		test_fail("memfd_create: %s", strerror(errno));
	while (done < st.st_size)
		if (sendfile(fd, in, &done, st.st_size - done) <= 0)
			test_fail("sendfile: %s", strerror(errno));
	close(in);
	return fd;
}

static void in_memory(void)
{
	static const char *const args[] = { "named", "8080", "innocent", NULL };
	struct child child;
	struct event event;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy_to_memory());
	child = helper_start(path, args);
	step_await(child.ctl);
	event = ask_one(&outcome, "8080");
	expect_num(&event, "process.pid", child.pid);
	expect_bool(&event, "memfd", true);
	ask_who(&outcome, "8080", false);
	expect_out(&outcome,
		   "\n  executable    /memfd:payload, which lives in memory alone (memfd)\n");
}

static char jail[] = "/tmp/live-jail-XXXXXX";

static void jail_remove(void)
{
	rmdir(jail);
}

static void listen_in_jail(int ctl, void *arg)
{
	if (*(bool *)arg && unshare(CLONE_NEWNS))
		test_fail("unshare(CLONE_NEWNS): %s", strerror(errno));
	if (chroot(jail) || chdir("/"))
		test_fail("chroot: %s", strerror(errno));
	tcp_listen("127.0.0.1", 8080);
	step_give(ctl);
	step_await(ctl);
}

static void elsewhere(void)
{
	struct child child;
	struct event event;
	char line[128];
	bool unshared = false;

	if (!mkdtemp(jail))
		test_fail("mkdtemp: %s", strerror(errno));
	test_at_end(jail_remove);
	child = child_start(listen_in_jail, &unshared);
	step_await(child.ctl);
	event = ask_one(&outcome, "8080");
	expect_text(&event, "root", jail);
	expect_bool(&event, "mounts.other", false);
	ask_who(&outcome, "8080", false);
	snprintf(line, sizeof(line), "\n  root          %s\n", jail);
	expect_out(&outcome, line);
	child_kill(&child);
	unshared = true;
	child = child_start(listen_in_jail, &unshared);
	step_await(child.ctl);
	event = ask_one(&outcome, "8080");
	expect_bool(&event, "mounts.other", true);
	ask_who(&outcome, "8080", false);
	expect_out(&outcome, ", in a mount namespace of its own\n");
}

static void hostile_who(void)
{
	struct child child = hostile_start("28080");

	for (int json = 0; json < 2; json++) {
		check(ask_who(&outcome, "28080", json) == 0, "nobody has it");
		text_expect_harmless(outcome.out, strlen(outcome.out));
		check(strstr(outcome.out, json ? "u{202e}" : HOSTILE_SHOWN),
		      "the name is not in: %s", outcome.out);
	}
	child_kill(&child);
}

const struct test who_process_tests[] = {
	{ "who-thread", "a port of a process whose first thread is gone", leaderless, 0 },
	{ "who-deleted", "an executable that is deleted, or replaced, is told to be", deleted, 0 },
	{ "who-memfd", "an executable that has no file is told to have none", in_memory, 0 },
	{ "who-mounts", "another root, another mount namespace", elsewhere, 0 },
	{ "who-hostile", "names cannot forge a line of the answer", hostile_who, 0 },
	{ 0 },
};
