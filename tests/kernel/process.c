// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "process.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "helper.h"

static struct child fork_with_ctl(int *child_end)
{
	struct child child;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		test_fail("socketpair: %s", strerror(errno));
	child.pid = fork();
	if (child.pid < 0)
		test_fail("fork: %s", strerror(errno));
	if (child.pid == 0) {
		close(pair[0]);
		*child_end = pair[1];
		child.ctl = -1;
		return child;
	}
	close(pair[1]);
	child.ctl = pair[0];
	return child;
}

struct child child_start(void (*body)(int ctl, void *arg), void *arg)
{
	int ctl = -1;
	struct child child = fork_with_ctl(&ctl);

	if (child.pid == 0) {
		body(ctl, arg);
		_exit(0);
	}
	return child;
}

struct child helper_start(const char *exe, const char *const *args)
{
	const char *argv[16] = { exe, "--helper" };
	int ctl = -1;
	struct child child = fork_with_ctl(&ctl);

	if (child.pid)
		return child;
	for (int i = 0; i < 13 && args[i]; i++)
		argv[i + 2] = args[i];
	if (dup2(ctl, HELPER_CTL) < 0)
		_exit(126);
	execv(exe, (char **)argv);
	_exit(127);
}

void number_give(int ctl, long number)
{
	if (send(ctl, &number, sizeof(number), MSG_NOSIGNAL) != sizeof(number))
		test_fail("a process of the test is gone: %s", strerror(errno));
}

long number_await(int ctl)
{
	struct pollfd fd = { .fd = ctl, .events = POLLIN };
	long number = 0;

	if (poll(&fd, 1, time_left()) <= 0)
		test_fail("a process of the test does not answer");
	if (recv(ctl, &number, sizeof(number), 0) != sizeof(number))
		test_fail("a process of the test has ended too early");
	return number;
}

void step_give(int ctl)
{
	number_give(ctl, 1);
}

void step_await(int ctl)
{
	number_await(ctl);
}

void wait_for_end(int ctl, void *arg)
{
	(void)arg;
	step_await(ctl);
}

void *copy_table(void *arg)
{
	int ctl = *(int *)arg;

	if (unshare(CLONE_FILES))
		test_fail("unshare(CLONE_FILES): %s", strerror(errno));
	step_give(ctl);
	step_await(ctl);
	return NULL;
}

void child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	if (waitpid(child->pid, NULL, 0) != child->pid)
		test_fail("waitpid: %s", strerror(errno));
	close(child->ctl);
}

void child_join(struct child *child)
{
	int status = 0;

	if (waitpid(child->pid, &status, 0) != child->pid)
		test_fail("waitpid: %s", strerror(errno));
	close(child->ctl);
	if (status)
		test_fail("a process of the test ended with wait status 0x%x", status);
}

static char process_state(pid_t pid)
{
	char path[64], line[512] = "";
	const char *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	end = strrchr(line, ')');
	return (char)(end && end[1] ? end[2] : '\0');
}

void process_await_state(pid_t pid, char state)
{
	while (process_state(pid) != state) {
		if (!time_left())
			test_fail("process %d does not come to state %c", pid, state);
		poll(NULL, 0, 1);
	}
}

const char *self_exe(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		test_fail("/proc/self/exe: %s", strerror(errno));
	path[len] = '\0';
	return path;
}

static const char *first_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		test_fail("%s: %s", path, strerror(errno));
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

const char *self_comm(void)
{
	static char comm[64];

	return first_line("/proc/self/comm", comm, sizeof(comm));
}

unsigned long long self_start_ticks(void)
{
	char line[1024];
	char *at = strrchr(first_line("/proc/self/stat", line, sizeof(line)), ')');

	/* Field 22; the one behind the name is field 3. */
	for (int field = 3; at && field <= 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		test_fail("/proc/self/stat: no start time");
	return strtoull(at, NULL, 10);
}

const char *self_cgroup(void)
{
	static char line[4096];
	FILE *file = fopen("/proc/self/cgroup", "re");
	const char *found = "";

	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "0::", 3)) {
			line[strcspn(line, "\n")] = '\0';
			found = line + 3;
			break;
		}
	}
	if (file)
		fclose(file);
	return found;
}
