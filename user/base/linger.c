// SPDX-License-Identifier: GPL-2.0-only
#include "base/linger.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define STACK ((size_t)32 * 1024)

/* Runs in our memory: it touches nothing of it, and makes no call that could fail and set errno. */
static int linger(void *parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == *(const pid_t *)parent)
		ppoll(NULL, 0, NULL, NULL); /* no handler is installed, so nothing interrupts it */
	_exit(0);
}

int linger_start(void)
{
	static pid_t self;
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	sigset_t all, before;
	int pid;

	if (stack == MAP_FAILED)
		return -errno;
	self = getpid();
	/* What is sent to the process group is for us to take. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	/* No signal when it ends: nobody waits for it but who inherits it. */
	pid = clone(linger, stack + STACK, CLONE_VM | CLONE_FILES, &self);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid >= 0)
		/* cppcheck-suppress memleak ; it is the other's stack */
		return 0;
	munmap(stack, STACK);
	return -errno;
}

void linger_exit(int status)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		close(fd);
	_exit(status);
}
