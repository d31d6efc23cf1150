// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1

#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "netns.h"
#include "tracer.h"

#define ARGS_MAX 64
#define NOBODY 65534

static void open_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		test_fail("pipe: %s", strerror(errno));
}

/* In the child: a program that cannot be run is said on stderr, as a shell would. */
__attribute__((noreturn)) static void exec_porttrace(const char **argv)
{
	int fd = open(config.porttrace, O_RDONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan when the suite is killed */
	signal(SIGPIPE, SIG_DFL);
	if (fd >= 0)
		execv(config.porttrace, (char **)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", config.porttrace, strerror(errno));
	_exit(127);
}

/* Ambient ones, which outlive execve(2) (capabilities(7)). */
static bool become_nobody(unsigned long long caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2] = { 0 };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	setrlimit(RLIMIT_MEMLOCK, &all); /* before 5.11 it takes that, too */
	for (int i = 0; i < 2; i++)
		sets[i].effective = sets[i].permitted = sets[i].inheritable =
			(unsigned int)(caps >> 32 * i);
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	    syscall(SYS_capset, &head, sets))
		return false;
	for (int i = 0; i < 64; i++)
		if (caps >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return false;
	return true;
}

/* Its folder may be closed to nobody. */
__attribute__((noreturn)) static void exec_as_nobody(const struct launch *launch, const char **argv)
{
	int fd = open(config.porttrace, O_RDONLY | O_CLOEXEC);

	if (!become_nobody(launch->caps))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	fexecve(fd, (char **)argv, environ);
	_exit(127);
}

static int collect_args(const struct launch *launch, const char **argv)
{
	int n = 0;

	argv[n++] = config.porttrace;
	if (launch->command)
		argv[n++] = launch->command;
	for (int i = 0; config.extra[i]; i++)
		argv[n++] = config.extra[i];
	if (!launch->text)
		argv[n++] = "-j";
	for (int i = 0; i < LAUNCH_ARGS && launch->args[i]; i++)
		argv[n++] = launch->args[i];
	argv[n] = NULL;
	return n;
}

pid_t spawn_porttrace(const struct launch *launch, int *out, int *err)
{
	const char *argv[ARGS_MAX];
	int pipe_out[2], pipe_err[2];
	pid_t pid;

	open_pipe(pipe_out);
	open_pipe(pipe_err);
	collect_args(launch, argv);
	pid = fork();
	if (pid < 0)
		test_fail("fork: %s", strerror(errno));
	if (pid == 0) {
		if (!launch->in_test_netns)
			netns_enter(host_netns());
		if (launch->output)
			pipe_out[1] = open(launch->output, O_WRONLY | O_CLOEXEC);
		dup2(pipe_out[1], STDOUT_FILENO);
		dup2(pipe_err[1], STDERR_FILENO);
		if (launch->as_nobody)
			exec_as_nobody(launch, argv);
		exec_porttrace(argv);
	}
	close(pipe_out[1]);
	close(pipe_err[1]);
	*out = pipe_out[0];
	*err = pipe_err[0];
	return pid;
}

__attribute__((noreturn)) static void exec_once(const char *const *args, bool as_nobody)
{
	const char *argv[ARGS_MAX] = { config.porttrace };
	int fd = open(config.porttrace, O_RDONLY | O_CLOEXEC);

	for (int i = 0; i < ARGS_MAX - 2 && args[i]; i++)
		argv[i + 1] = args[i];
	netns_enter(host_netns());
	if (as_nobody && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			  setresuid(NOBODY, NOBODY, NOBODY)))
		_exit(126);
	if (as_nobody)
		fexecve(fd, (char **)argv, environ); /* its folder may be closed to nobody */
	exec_porttrace(argv);
}

/* Reads one of the two pipes; false at its end. */
static bool drain(int fd, char *to, size_t size)
{
	size_t len = strlen(to);
	char rest[512];
	ssize_t got;

	if (len + 1 >= size)
		return read(fd, rest, sizeof(rest)) > 0;
	got = read(fd, to + len, size - len - 1);
	return got > 0;
}

static void drain_both(pid_t pid, int out, int err, struct outcome *outcome)
{
	struct pollfd fds[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, time_left()) <= 0) {
			kill(pid, SIGKILL);
			test_fail("porttrace did not end; stdout: %.2000s stderr: %.2000s",
				  outcome->out, outcome->err);
		}
		if (fds[0].revents && !drain(out, outcome->out, sizeof(outcome->out)))
			fds[0].fd = -1;
		if (fds[1].revents && !drain(err, outcome->err, sizeof(outcome->err)))
			fds[1].fd = -1;
	}
}

void run_porttrace(const char *const *args, bool as_nobody, struct outcome *outcome)
{
	int pipe_out[2], pipe_err[2];
	int status;
	pid_t pid;

	memset(outcome, 0, sizeof(*outcome));
	open_pipe(pipe_out);
	open_pipe(pipe_err);
	pid = fork();
	if (pid < 0)
		test_fail("fork: %s", strerror(errno));
	if (pid == 0) {
		dup2(pipe_out[1], STDOUT_FILENO);
		dup2(pipe_err[1], STDERR_FILENO);
		exec_once(args, as_nobody);
	}
	close(pipe_out[1]);
	close(pipe_err[1]);
	drain_both(pid, pipe_out[0], pipe_err[0], outcome);
	close(pipe_out[0]);
	close(pipe_err[0]);
	if (waitpid(pid, &status, 0) != pid)
		test_fail("waitpid: %s", strerror(errno));
	outcome->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
