/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes and their descriptors, as /proc shows them to this user. */
#ifndef PORTTRACE_DIAG_PROCFS_H
#define PORTTRACE_DIAG_PROCFS_H

#include "model/procs.h"

#include <dirent.h>

/*
 * Calls tell(tgid, dir, arg) for each process; dir is its folder, or -errno where this user may
 * not open it (hidepid=, proc(5)). 0, -errno, or what tell returned, if that is not 0.
 */
int procfs_each(int (*tell)(uint32_t tgid, int dir, void *arg), void *arg);

enum procfs_link { PROCFS_SOCKET, PROCFS_NETNS };

/*
 * Calls tell(kind, inode, fd, arg) for each descriptor of the process that is a socket or a
 * network namespace. 0, -EACCES where this user may not look, or another -errno; or what
 * tell returned.
 */
int procfs_each_fd(int dir, int (*tell)(enum procfs_link kind, uint64_t inode, int fd, void *arg),
		   void *arg);

/* Whether such an error means that the process has ended meanwhile. */
bool procfs_has_ended(int err);
/* Whether it is ours, and not for lack of a right: descriptors or memory are used up. */
bool procfs_is_ours(int err);

/* The inode of the process's network namespace; 0: not to be seen. */
uint32_t procfs_netns(int dir);
/* No program of somebody's: it has no descriptors. */
bool procfs_is_kernel_thread(int dir);

/*
 * The process with what /proc tells of it, with a reference to give back; NULL: it ended, or
 * no memory.
 */
struct process *procfs_process(struct procs *procs, uint32_t tgid, int dir);

#endif
