// SPDX-License-Identifier: GPL-2.0-only
#include "service/hook_guard.h"

#include "base/log.h"
#include "base/loop.h"
#include "base/parse.h"
#include "base/proc.h"
#include "service/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL

/* What was killed is waited for no longer: it may hang in the kernel. */
#define KILLING_NS (2 * NSEC_PER_SEC)
/* Then it is looked again who has become a child of ours. */
#define LOOK_NS (20 * 1000000ULL)

/* What the hook writes, which is ours to hand on: it could fill a disk. */
struct output {
	int fd; /* where it comes from; -1: all has come */
	size_t len;
	bool cut;
};

/* --- the hook ------------------------------------------------------------------------------ */

/* No signal blocked or ignored, a process group of its own, killed with the guard. */
__attribute__((noreturn)) static void run(const char *path, char *const *env, pid_t guard,
					  int output, struct hook_end *end)
{
	char *argv[] = { (char *)path, NULL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	if (getppid() == guard) {
		execve(path, argv, env);
		*end = (struct hook_end){ HOOK_NOT_RUN, errno };
	}
	_exit(127);
}

/* --- its output ---------------------------------------------------------------------------- */

/* Whether there was some. */
static bool hand_on(struct output *output)
{
	static char text[16 * 1024];
	ssize_t n = read(output->fd, text, sizeof(text));
	size_t room = HOOKS_OUTPUT_MAX - output->len;

	if (n <= 0) {
		if (n == 0)
			output->fd = -1;
		return false;
	}
	say_text(text, (size_t)n < room ? (size_t)n : room);
	output->len += (size_t)n < room ? (size_t)n : room;
	if ((size_t)n > room && !output->cut)
		say("a hook writes more than %zu bytes: the rest is left out", HOOKS_OUTPUT_MAX);
	output->cut |= (size_t)n > room;
	return true;
}

/* --- its end ------------------------------------------------------------------------------- */

static void on_child(int number)
{
	(void)number; /* ppoll(2) returns */
}

/* Until a child ends or writes, at most until then. */
static void await_child(struct output *output, uint64_t until)
{
	uint64_t now = boot_now_ns(), wait = until > now ? until - now : 0;
	struct timespec time = { (time_t)(wait / NSEC_PER_SEC), (long)(wait % NSEC_PER_SEC) };
	struct pollfd text = { .fd = output->fd, .events = POLLIN };
	sigset_t all_but_child;

	sigfillset(&all_but_child);
	sigdelset(&all_but_child, SIGCHLD);
	if (ppoll(&text, 1, &time, &all_but_child) > 0)
		hand_on(output);
}

/*
 * A child that has ended, still to be waited for: until then its number, and that of its group,
 * is nobody else's. 0: none; -1: there are no children.
 */
static pid_t ended_child(void)
{
	siginfo_t info = { 0 };

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) ? -1 : info.si_pid;
}

/* Whether it ended by then. */
static bool await_hook(pid_t hook, struct output *output, uint64_t until)
{
	pid_t pid;

	for (;;) {
		while ((pid = ended_child()) > 0 && pid != hook)
			waitpid(pid, NULL, 0);
		if (pid)
			return pid == hook;
		if (boot_now_ns() >= until)
			return false;
		await_child(output, until);
	}
}

static void kill_children(void)
{
	uint32_t self = (uint32_t)getpid();
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		uint64_t pid;

		if (!parse_u64(entry->d_name, INT32_MAX, &pid) && pid &&
		    proc_parent((uint32_t)pid) == self)
			kill((pid_t)pid, SIGKILL);
	}
	if (proc)
		closedir(proc);
}

/* Whoever loses its parent becomes a child of ours, so that generation after generation ends. */
static void end_descendants(struct output *output)
{
	uint64_t until = boot_now_ns() + KILLING_NS;

	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (ended_child() < 0 || boot_now_ns() >= until)
			return;
		kill_children();
		await_child(output, boot_after_ns(LOOK_NS));
	}
}

/* --- the guard ----------------------------------------------------------------------------- */

/* A session of its own: no signal that is sent to our process group or terminal gets there. */
static void stand_alone(int input)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGCHLD, on_child);
	prctl(PR_SET_NAME, "porttrace-hook");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setsid();
	if (dup2(input, STDIN_FILENO) < 0 || chdir("/"))
		_exit(127);
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	say_hurry();
}

/* 0 or -errno; ends[1] is for the hook. */
static int open_output(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[0], F_SETFL, O_NONBLOCK))
		return -errno;
	return 0;
}

__attribute__((noreturn)) static void guard(const char *path, char *const *env, int input,
					    struct hook_end *end)
{
	struct output output = { 0 };
	pid_t self = getpid(), hook;
	int ends[2], status = 0;

	stand_alone(input);
	hook = open_output(ends) ? -1 : fork();
	if (!hook)
		run(path, env, self, ends[1], end);
	if (hook < 0) {
		*end = (struct hook_end){ HOOK_NOT_RUN, errno };
		_exit(0);
	}
	close(ends[1]);
	output.fd = ends[0];
	if (!await_hook(hook, &output, boot_after_ns(HOOKS_SECONDS * NSEC_PER_SEC)))
		*end = (struct hook_end){ .course = HOOK_LATE };
	kill(-hook, SIGKILL);
	kill(hook, SIGKILL); /* it may be in another group, or not yet in its own */
	if (end->course == HOOK_UNTOLD && waitpid(hook, &status, 0) == hook)
		*end = (struct hook_end){ HOOK_ENDED, status };
	end_descendants(&output);
	while (output.fd >= 0 && hand_on(&output))
		;
	_exit(0);
}

pid_t hook_guard_start(const char *path, char *const *env, int input, struct hook_end *end)
{
	pid_t pid;

	*end = (struct hook_end){ .course = HOOK_UNTOLD };
	pid = fork();
	if (!pid)
		guard(path, env, input, end);
	return pid < 0 ? -errno : pid;
}
