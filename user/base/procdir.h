/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of one process in /proc. */
#ifndef PORTTRACE_BASE_PROCDIR_H
#define PORTTRACE_BASE_PROCDIR_H

#include "base/buf.h"

#include <sys/types.h>

/*
 * A descriptor of /proc/TGID, which the caller closes; -1: there is none. It
 * stays with this process: once it ends, reads fail, and never show another with
 * the same number.
 */
int procdir_open(uint32_t tgid);

/* Whether it is that process, and not another with its number: one comparison is enough. */
bool procdir_is(int dir, uint64_t start_ns);

/* Both: -1 as well if it is another process. */
int procdir_open_same(uint32_t tgid, uint64_t start_ns);

/* proc_pid_stat(5). */
struct procdir_stat {
	uint32_t ppid;
	uint32_t flags;       /* PF_* of linux/sched.h */
	uint64_t start_ticks; /* since boot, of procdir_tick_ns() each */
	char comm[17];
};

/* 0; -ESRCH: the process is gone; -EBADMSG. */
int procdir_stat(int dir, struct procdir_stat *out);
uint64_t procdir_tick_ns(void);

/* At most max bytes of a file of the process. Empty: not readable. */
void procdir_read(int dir, const char *name, struct buf *out, size_t max);

/*
 * Where a link of the folder leads, without the " (deleted)" behind the path of what is gone;
 * a file may be called so, too. Returns the bytes the link had, -1 with errno.
 */
ssize_t procdir_link(int dir, const char *name, char *to, size_t size, bool *deleted);

#endif
