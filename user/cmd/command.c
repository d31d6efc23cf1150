// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/command.h"

#include "base/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_END 0
#define WRITE_END 1

/* In the child: a byte is the word; the end of the pipe is our own end, without one. */
static bool may_begin(int go)
{
	char byte;
	ssize_t n;

	do
		n = read(go, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

/* In the child. All its descriptors of ours close at the exec: then told ends, with nothing in it. */
_Noreturn static void begin(int told, char *const *argv, const struct caller *caller)
{
	int err = -caller_become(caller);

	if (!err) {
		inherited_restore();
		execvp(argv[0], argv);
		err = errno;
	}
	if (write(told, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(err == ENOENT ? 127 : 126);
}

static void close_both(const int ends[2])
{
	close(ends[READ_END]);
	close(ends[WRITE_END]);
}

static int fork_held(struct command *command, const int go[2], const int told[2], char *const *argv,
		     const struct caller *caller)
{
	command->pid = fork();
	if (command->pid < 0)
		return -errno;
	if (!command->pid) {
		close(go[WRITE_END]); /* or it would never end */
		close(told[READ_END]);
		if (!may_begin(go[READ_END]))
			_exit(127);
		begin(told[WRITE_END], argv, caller);
	}
	close(go[READ_END]);
	close(told[WRITE_END]);
	command->go = go[WRITE_END];
	command->told = told[READ_END];
	command->pidfd = (int)syscall(SYS_pidfd_open, command->pid, 0);
	return command->pidfd < 0 ? -errno : 0;
}

int command_start(struct command *command, char *const *argv, const struct caller *caller)
{
	int go[2], told[2], err;

	*command = (struct command){ .pidfd = -1, .go = -1, .told = -1 };
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(told, O_CLOEXEC)) {
		err = -errno;
		close_both(go);
		return err;
	}
	err = fork_held(command, go, told, argv, caller);
	if (command->pid > 0)
		return err;
	command->pid = 0;
	close_both(go);
	close_both(told);
	return err;
}

int command_go(struct command *command)
{
	int err = 0;
	ssize_t n;

	if (write(command->go, "g", 1) < 0 && errno != EPIPE)
		return -errno;
	do
		n = read(command->told, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? -err : 0;
}

void command_signal(const struct command *command, int sig)
{
	syscall(SYS_pidfd_send_signal, command->pidfd, sig, NULL, 0);
}

void command_reap(struct command *command)
{
	pid_t pid;

	do
		pid = waitpid(command->pid, &command->status, 0);
	while (pid < 0 && errno == EINTR);
	command->ended = true;
}

int command_exit_status(const struct command *command)
{
	if (WIFSIGNALED(command->status))
		return 128 + WTERMSIG(command->status);
	return WEXITSTATUS(command->status);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void command_free(struct command *command)
{
	close_if_open(command->go);
	if (command->pid && !command->ended)
		command_reap(command);
	close_if_open(command->pidfd);
	close_if_open(command->told);
}
