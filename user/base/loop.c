// SPDX-License-Identifier: GPL-2.0-only
#include "base/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_MSEC 1000000ULL

static void on_signal(void *arg)
{
	struct signalfd_siginfo info;
	struct loop *loop = arg;

	if (read(loop->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (loop->take_signal) {
		loop->take_signal(&info, loop->signal_arg);
		return;
	}
	loop->signal = (int)info.ssi_signo;
	loop->ended = true;
}

int loop_init(struct loop *loop)
{
	*loop = (struct loop){ .epoll_fd = -1, .signal_fd = -1 };
	for (int i = 0; i < LOOP_FDS_MAX; i++)
		loop->sources[i].fd = -1;
	sigemptyset(&loop->signals);
	sigaddset(&loop->signals, SIGINT);
	sigaddset(&loop->signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &loop->signals, NULL))
		return -errno;
	loop->signal_fd = signalfd(-1, &loop->signals, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->signal_fd < 0 || loop->epoll_fd < 0)
		return -errno;
	return loop_add(loop, loop->signal_fd, EPOLLIN, on_signal, loop);
}

int loop_take_signals(struct loop *loop, const int *signals, size_t n,
		      void (*take)(const struct signalfd_siginfo *info, void *arg), void *arg)
{
	for (size_t i = 0; i < n; i++)
		sigaddset(&loop->signals, signals[i]);
	loop->take_signal = take;
	loop->signal_arg = arg;
	if (sigprocmask(SIG_BLOCK, &loop->signals, NULL) ||
	    signalfd(loop->signal_fd, &loop->signals, 0) < 0)
		return -errno;
	return 0;
}

static struct loop_source *source_of(struct loop *loop, int fd)
{
	for (int i = 0; i < LOOP_FDS_MAX; i++)
		if (loop->sources[i].fd == fd)
			return &loop->sources[i];
	return NULL;
}

int loop_add(struct loop *loop, int fd, uint32_t events, void (*ready)(void *arg), void *arg)
{
	struct loop_source *source = source_of(loop, -1);
	struct epoll_event event = { .events = events };

	if (!source)
		return -ENOSPC;
	event.data.ptr = source;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	*source = (struct loop_source){ fd, ready, arg };
	return 0;
}

int loop_modify(struct loop *loop, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source_of(loop, fd) };

	if (!event.data.ptr)
		return -ENOENT;
	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &event) ? -errno : 0;
}

void loop_remove(struct loop *loop, int fd)
{
	struct loop_source *source = source_of(loop, fd);

	if (!source)
		return;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	source->fd = -1;
}

int loop_round(struct loop *loop, uint64_t timeout_ns)
{
	struct epoll_event events[LOOP_FDS_MAX];
	uint64_t ms = timeout_ns / NSEC_PER_MSEC + (timeout_ns % NSEC_PER_MSEC != 0);
	int timeout, n;

	if (timeout_ns == UINT64_MAX)
		timeout = -1;
	else
		timeout = ms > INT_MAX ? INT_MAX : (int)ms;
	n = epoll_wait(loop->epoll_fd, events, LOOP_FDS_MAX, timeout);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct loop_source *source = events[i].data.ptr;

		if (source->fd >= 0)
			source->ready(source->arg);
	}
	return 0;
}

void loop_free(struct loop *loop)
{
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
}

void loop_stop(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL); /* here we stop, and here we go on */
	sigprocmask(SIG_BLOCK, &stop, NULL);
}

uint64_t boot_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

uint64_t boot_after_ns(uint64_t ns)
{
	uint64_t now = boot_now_ns();

	return ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
}
