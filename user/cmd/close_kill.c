// SPDX-License-Identifier: GPL-2.0-only
/* Ending processes by pidfd: a number that is used again meanwhile is nobody's risk. */
#include "cmd/close_internal.h"

#include "base/escape.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/procdir.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
#define PATIENCE_NS (5 * NSEC_PER_SEC)
/* What SIGKILL does not end within it waits in the kernel. */
#define KILLED_NS (2 * NSEC_PER_SEC)

struct victims {
	const struct consent *consent; /* NULL: nobody is asked, and nothing but trouble said */
	struct process **processes;
	struct pollfd *fds; /* pidfds; -1: it has ended */
	size_t n;
	bool failed; /* some process could not be ended */
};

/* pidfd_open(2), v5.3; then the start time says that it is of the process that held the port. */
static int open_pidfd(const struct process *process)
{
	int pidfd = (int)syscall(SYS_pidfd_open, process->tgid, 0);
	int dir, err;

	if (pidfd < 0)
		return -errno;
	dir = procdir_open_same(process->tgid, process->start_ns);
	if (dir >= 0) {
		close(dir);
		return pidfd;
	}
	err = -ESRCH;
	close(pidfd);
	return err;
}

static bool has(const struct victims *victims, const struct process *process)
{
	for (size_t i = 0; i < victims->n; i++)
		if (victims->processes[i] == process)
			return true;
	return false;
}

static void add(struct victims *victims, struct process *process)
{
	int pidfd;

	if (has(victims, process) || process->tgid == (uint32_t)getpid())
		return;
	if (process->tgid == 1) {
		say("%s (1) is not ended: the system would go with it", process->comm);
		victims->failed = true;
		return;
	}
	pidfd = open_pidfd(process);
	if (pidfd == -ESRCH)
		return;
	if (pidfd < 0) {
		say("%s (%u) cannot be ended: %s", process->comm, process->tgid, strerror(-pidfd));
		victims->failed = true;
		return;
	}
	victims->fds[victims->n] = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	victims->processes[victims->n++] = process;
}

static void collect(struct victims *victims, const struct targets *targets)
{
	size_t room = 1;

	for (size_t i = 0; i < targets->n; i++)
		room += targets->list[i].n_holders;
	victims->processes = calloc(room, sizeof(*victims->processes));
	victims->fds = calloc(room, sizeof(*victims->fds));
	if (!victims->processes || !victims->fds) {
		say("out of memory: no process was ended");
		victims->failed = true;
		return;
	}
	for (size_t i = 0; i < targets->n; i++)
		for (size_t h = 0; h < targets->list[i].n_holders; h++)
			add(victims, targets->list[i].holders[h]);
}

static void forget(struct victims *victims, size_t i)
{
	close(victims->fds[i].fd);
	victims->fds[i].fd = -1;
}

static void note_ended(struct victims *victims, size_t i)
{
	const struct process *process = victims->processes[i];

	forget(victims, i);
	if (victims->consent)
		say("%s (%u) has ended", process->comm, process->tgid);
}

static void signal_all(struct victims *victims, int sig)
{
	for (size_t i = 0; i < victims->n; i++) {
		const struct process *process = victims->processes[i];

		if (victims->fds[i].fd < 0 ||
		    !syscall(SYS_pidfd_send_signal, victims->fds[i].fd, sig, NULL, 0))
			continue;
		if (errno == ESRCH) {
			note_ended(victims, i);
			continue;
		}
		say("%s (%u) cannot be ended: %s", process->comm, process->tgid, strerror(errno));
		victims->failed = true;
		forget(victims, i);
	}
}

static size_t count_left(const struct victims *victims)
{
	size_t left = 0;

	for (size_t i = 0; i < victims->n; i++)
		left += victims->fds[i].fd >= 0;
	return left;
}

/* Until all have ended, or the time is over; how many have not. */
static size_t await(struct victims *victims, uint64_t wait_ns)
{
	uint64_t now = boot_now_ns(), end = now + wait_ns;

	for (; count_left(victims) && now < end; now = boot_now_ns()) {
		poll(victims->fds, victims->n, (int)((end - now) / 1000000) + 1);
		for (size_t i = 0; i < victims->n; i++)
			if (victims->fds[i].fd >= 0 && victims->fds[i].revents)
				note_ended(victims, i);
	}
	return count_left(victims);
}

static void say_left(struct victims *victims, const char *what)
{
	for (size_t i = 0; i < victims->n; i++)
		if (victims->fds[i].fd >= 0)
			say("%s (%u) %s", victims->processes[i]->comm, victims->processes[i]->tgid,
			    what);
}

/* "End python3 (4242)?", "Send SIGKILL to these 3 processes?" */
static bool agreed(const struct victims *victims, const char *verb)
{
	struct buf question = { 0 };
	size_t left = count_left(victims), i = 0;
	char text[64];
	bool yes;

	if (!victims->consent)
		return true;
	while (victims->fds[i].fd < 0)
		i++;
	if (left > 1)
		snprintf(text, sizeof(text), "these %zu processes", left);
	else
		snprintf(text, sizeof(text), "%s (%u)", victims->processes[i]->comm,
			 victims->processes[i]->tgid);
	buf_puts(&question, verb);
	escape_puts(&question, text);
	buf_put(&question, "?", 2);
	yes = !question.failed && victims->consent->agrees(question.data, victims->consent->arg);
	buf_free(&question);
	return yes;
}

static void kill_all(struct victims *victims)
{
	say_left(victims, victims->consent ? "did not end by SIGTERM within 5 s" :
					     "did not end by SIGTERM within 5 s: SIGKILL");
	if (!agreed(victims, "Send SIGKILL to ")) {
		victims->failed = true;
		return;
	}
	signal_all(victims, SIGKILL);
	if (!await(victims, KILLED_NS))
		return;
	say_left(victims, "did not end by SIGKILL: it waits in the kernel");
	victims->failed = true;
}

/* More than one: they are named before it asks for all of them. */
static void end_all(struct victims *victims)
{
	if (victims->consent && victims->n > 1)
		say_left(victims, "holds it");
	if (!agreed(victims, "End ")) {
		say("nothing was done");
		victims->failed = true;
		return;
	}
	signal_all(victims, SIGTERM);
	if (victims->consent && count_left(victims))
		say("SIGTERM is sent");
	if (await(victims, PATIENCE_NS))
		kill_all(victims);
}

static void say_none(struct victims *victims)
{
	if (victims->failed)
		return; /* and why is said */
	say("no process that is known holds it: there is none to end");
	victims->failed = true;
}

int close_kill(const struct targets *targets, const struct consent *consent)
{
	struct victims victims = { .consent = consent };

	collect(&victims, targets);
	if (victims.n)
		end_all(&victims);
	else if (consent)
		say_none(&victims);
	for (size_t i = 0; i < victims.n; i++)
		if (victims.fds[i].fd >= 0)
			close(victims.fds[i].fd);
	free(victims.processes);
	free(victims.fds);
	return victims.failed ? STATUS_NO : STATUS_OK;
}
