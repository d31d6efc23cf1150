// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/errand.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_END 0
#define WRITE_END 1
/* Of its text, in one round: the loop has others to look after. */
#define TEXT_MAX ((size_t)64 * 1024)

struct errand {
	struct errand_setup setup;
	pid_t pid;
	int pidfd; /* readable when it has ended */
	int text;
	int channel; /* packets: a question comes, 'y' or 'n' goes */
	bool left;
	struct timer patience;
};

/* --- in the child ---------------------------------------------------------------------------- */

static bool ask(const char *question, void *arg)
{
	int channel = *(int *)arg;
	char answer = 'n';
	ssize_t n;

	fflush(stdout); /* what it is about stands before it */
	if (send(channel, question, strlen(question), MSG_NOSIGNAL) < 0)
		return false;
	do
		n = recv(channel, &answer, 1, 0);
	while (n < 0 && errno == EINTR);
	return n == 1 && answer == 'y';
}

/* Signals as a program has them at its start: those of the parent are its loop's and its screen's. */
static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < SIGRTMIN; sig++)
		if (sig != SIGPIPE)
			signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void work(const struct errand *errand, pid_t parent, int text, int channel)
{
	const struct errand_setup *setup = &errand->setup;
	const struct consent consent = { .agrees = ask, .arg = &channel };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), status;

	reset_signals();
	say_to(NULL, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(text, STDOUT_FILENO) < 0 || dup2(text, STDERR_FILENO) < 0)
		_exit(STATUS_NO_TRACING);
	close(text); /* or it would not end with the two */
	close(errand->text);
	close(errand->channel); /* the parent's end: its close is heard */
	status = setup->work(setup->arg, &consent);
	fflush(stdout);
	_exit(status); /* what the parent has to do at its exit is its own */
}

/* --- in the parent ----------------------------------------------------------------------------- */

static void set_patience(struct errand *errand)
{
	if (errand->setup.patience_ns)
		timer_set(errand->setup.timers, &errand->patience,
			  boot_after_ns(errand->setup.patience_ns));
}

static void end_it(const struct errand *errand)
{
	syscall(SYS_pidfd_send_signal, errand->pidfd, SIGKILL, NULL, 0);
}

static void on_impatient(void *arg)
{
	end_it(arg); /* and its end is told */
}

static void drop(struct errand *errand, int *fd)
{
	if (*fd < 0)
		return;
	loop_remove(errand->setup.loop, *fd);
	close(*fd);
	*fd = -1;
}

/* True: there may be more. */
static bool read_text(struct errand *errand)
{
	char text[4096];
	ssize_t n = read(errand->text, text, sizeof(text));

	if (n > 0)
		errand->setup.wrote(text, (size_t)n, errand->setup.owner);
	else if (!n || (errno != EAGAIN && errno != EINTR))
		drop(errand, &errand->text);
	return n == (ssize_t)sizeof(text);
}

static void on_text(void *arg)
{
	struct errand *errand = arg;
	size_t taken = 0;

	while (errand->text >= 0 && taken < TEXT_MAX && read_text(errand))
		taken += 4096;
}

/* What was written before something is told before it. */
static void read_rest(struct errand *errand)
{
	for (size_t taken = 0; errand->text >= 0 && taken < 16 * TEXT_MAX; taken += 4096)
		if (!read_text(errand))
			return;
}

static void on_channel(void *arg)
{
	char question[ERRAND_WORD_MAX + 1];
	struct errand *errand = arg;
	ssize_t n = recv(errand->channel, question, ERRAND_WORD_MAX, MSG_DONTWAIT);

	if (n <= 0) {
		if (!n || (errno != EAGAIN && errno != EINTR))
			drop(errand, &errand->channel);
		return;
	}
	question[n] = '\0';
	timer_cancel(&errand->patience); /* it waits for us now */
	read_rest(errand);
	if (errand->setup.asked)
		errand->setup.asked(question, errand->setup.owner);
}

static void free_errand(struct errand *errand)
{
	timer_cancel(&errand->patience);
	drop(errand, &errand->text);
	drop(errand, &errand->channel);
	drop(errand, &errand->pidfd);
	free(errand);
}

static void on_end(void *arg)
{
	struct errand *errand = arg;
	const struct errand_setup setup = errand->setup;
	bool left = errand->left;
	int status = 0;

	if (!waitpid(errand->pid, &status, WNOHANG))
		return;
	if (!left)
		read_rest(errand);
	free_errand(errand);
	if (!left)
		setup.ended(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
			    setup.owner);
}

void errand_answer(struct errand *errand, bool yes)
{
	if (errand->channel < 0)
		return;
	send(errand->channel, yes ? "y" : "n", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	set_patience(errand);
}

void errand_leave(struct errand *errand)
{
	if (!errand)
		return;
	errand->left = true;
	timer_cancel(&errand->patience);
	drop(errand, &errand->text);
	drop(errand, &errand->channel);
	end_it(errand);
}

static int watch(struct errand *errand)
{
	struct loop *loop = errand->setup.loop;
	int err = loop_add(loop, errand->text, EPOLLIN, on_text, errand);

	if (!err)
		err = loop_add(loop, errand->channel, EPOLLIN, on_channel, errand);
	if (!err)
		err = loop_add(loop, errand->pidfd, EPOLLIN, on_end, errand);
	return err;
}

static int fork_it(struct errand *errand, int text, int channel)
{
	pid_t parent = getpid();

	fflush(stdout); /* nothing of ours is written twice */
	errand->pid = fork();
	if (errand->pid < 0)
		return -errno;
	if (!errand->pid)
		work(errand, parent, text, channel);
	errand->pidfd = (int)syscall(SYS_pidfd_open, errand->pid, 0);
	return errand->pidfd < 0 ? -errno : watch(errand);
}

static int start(struct errand *errand)
{
	int text[2], channel[2], err;

	if (pipe2(text, O_CLOEXEC))
		return -errno;
	errand->text = text[READ_END];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel)) {
		err = -errno;
		close(text[WRITE_END]);
		return err;
	}
	errand->channel = channel[READ_END];
	fcntl(errand->text, F_SETFL, O_NONBLOCK);
	err = fork_it(errand, text[WRITE_END], channel[WRITE_END]);
	close(text[WRITE_END]);
	close(channel[WRITE_END]);
	return err;
}

int errand_start(struct errand **out, const struct errand_setup *setup)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	int err;

	*out = NULL;
	if (!errand)
		return -ENOMEM;
	*errand = (struct errand){ .setup = *setup, .pidfd = -1, .text = -1, .channel = -1 };
	errand->patience = (struct timer){ .fire = on_impatient, .arg = errand };
	err = start(errand);
	if (err) {
		if (errand->pid > 0) {
			kill(errand->pid, SIGKILL);
			waitpid(errand->pid, NULL, 0);
		}
		free_errand(errand);
		return err;
	}
	set_patience(errand);
	*out = errand;
	return 0;
}
