/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the kernel side and user/trace share: switches going down,
 * counters coming up. Mapped, so that reading it costs nothing.
 */
#ifndef PORTTRACE_SHARED_H
#define PORTTRACE_SHARED_H

#include "abi.h"

/* Entries of the map "sockets": ports open at once on a host, with room. */
#define SOCKETS_MAX 262144
/* Processes told and not told again; user/model/procs.c keeps more than this. */
#define TOLD_TASKS_MAX 2048

/* Powers of two, so that the kernel side may index with a mask. */
#define COUNTER_KINDS 4
#define COUNTER_CAUSES 2

_Static_assert((int)KIND_MAX <= COUNTER_KINDS, "a counter for each kind");
_Static_assert((int)LOSS_CAUSE_MAX <= COUNTER_CAUSES, "a counter for each cause");

struct shared_state {
	/* down */
	__u32 ready;        /* 0: every handler returns at once */
	__u32 reader_polls; /* the reader comes by itself: no wake-ups needed */
	__u32 snapshotting; /* tell the close of UDP sockets nobody told the opening of */
	/*
	 * The snapshot holds a file for a moment; if its owner closes it just then,
	 * the socket is released by us, and we are not who closed it.
	 */
	__u32 reader_tgid;
	/* Nothing else sees a shutdown: ask the kernel to call back for each new listener. */
	__u32 flag_listeners;
	__u32 pad;
	/* up */
	__u64 produced[COUNTER_KINDS];
	__u64 lost[COUNTER_KINDS][COUNTER_CAUSES];
	__u64 lost_from; /* CLOCK_BOOTTIME of the first and last loss since the reader cleared it */
	__u64 lost_to;
};

/* Value of the map "sockets", keyed by the socket's address. */
struct known_socket {
	__u64 cookie;
	__u32 backlog;
	__u32 port;
};

/* Key of the map "told_tasks": the cgroup it was told with is the value. */
struct told_key {
	__u64 start_ns;
	__u64 exec_id;
	__u32 tgid;
	__u32 pad;
};

#endif
