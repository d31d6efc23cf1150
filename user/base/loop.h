/* SPDX-License-Identifier: GPL-2.0-only */
/* One epoll loop: descriptors, SIGINT and SIGTERM. */
#ifndef PORTTRACE_BASE_LOOP_H
#define PORTTRACE_BASE_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/signalfd.h>

#define LOOP_FDS_MAX 16

struct loop_source {
	int fd;
	void (*ready)(void *arg);
	void *arg;
};

struct loop {
	int epoll_fd;
	int signal_fd;
	int signal; /* that ended the loop; 0: none */
	bool ended;
	sigset_t signals; /* that come through the loop */
	void (*take_signal)(const struct signalfd_siginfo *info, void *arg); /* NULL: they end it */
	void *signal_arg;
	struct loop_source sources[LOOP_FDS_MAX];
};

/* Blocks SIGINT and SIGTERM, which then come through the loop. 0 or -errno. */
int loop_init(struct loop *loop);
/*
 * These come through the loop as well, and each, SIGINT and SIGTERM included, goes
 * to take(info, arg) instead of ending it (NULL: it ends it). 0 or -errno.
 */
int loop_take_signals(struct loop *loop, const int *signals, size_t n,
		      void (*take)(const struct signalfd_siginfo *info, void *arg), void *arg);
/*
 * Calls ready(arg) whenever fd has one of events (EPOLLIN, EPOLLOUT). A
 * descriptor epoll cannot watch (a plain file) gives -EPERM. 0 or -errno.
 */
int loop_add(struct loop *loop, int fd, uint32_t events, void (*ready)(void *arg), void *arg);
/* From now on fd is watched for events (0: for errors and hang-ups alone). 0 or -errno. */
int loop_modify(struct loop *loop, int fd, uint32_t events);
void loop_remove(struct loop *loop, int fd);
/* Waits at most timeout_ns (UINT64_MAX: no bound) for one round. 0 or -errno. */
int loop_round(struct loop *loop, uint64_t timeout_ns);
void loop_free(struct loop *loop);
/*
 * SIGTSTP came through a loop: what it does is done, as if nobody had blocked it. Without a handler
 * the process stops here, and goes on here.
 */
void loop_stop(void);

/* CLOCK_BOOTTIME, the clock of every event. */
uint64_t boot_now_ns(void);
/* That long from now; the end of time where it is beyond. */
uint64_t boot_after_ns(uint64_t ns);

#endif
