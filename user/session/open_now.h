/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is open now, once: what list, who, close and check stand on. Sockets of
 * every network namespace, each with all its holders, in the order they are shown.
 */
#ifndef PORTTRACE_SESSION_OPEN_NOW_H
#define PORTTRACE_SESSION_OPEN_NOW_H

#include "model/filter.h"
#include "model/ports.h"
#include "model/snapshot.h"

struct open_now;

struct open_now_wants {
	bool connections; /* those as well */
	bool no_tcp;      /* what no process holds of it may be left out: the filter drops it */
	bool no_udp;
	bool args;            /* arguments of the processes, from their memory or /proc */
	bool quiet;           /* what cannot be read was said before */
	const char *btf_path; /* NULL, or the kernel's types in a file */
};

/*
 * Reads the kernel's tables. Returns an exit status; what cannot be read, or
 * only in part, it has said.
 */
int open_now_read(struct open_now **out, const struct open_now_wants *wants);
void open_now_free(struct open_now *now);

/*
 * Tells each socket that passes as an EVENT_EXISTING: a port, or with
 * event.connection one of the connections asked for. The host's namespace comes
 * first, then by protocol, port and address.
 */
void open_now_each(struct open_now *now, const struct filter *filter, event_fn tell, void *arg);

/* The rows behind it. */
const struct snapshot *open_now_snapshot(const struct open_now *now);

/* Whether a socket without a holder may have one that this user must not see. */
bool open_now_hides_holders(const struct open_now *now);

/* Whether there may be ports that were not seen, or holders. */
bool open_now_is_partial(const struct open_now *now);

/* Whether numbers of processes are those of the host's pid namespace, and ours is another. */
bool open_now_foreign_pids(const struct open_now *now);

/* Inode of the initial network namespace; 0: not known. */
uint32_t open_now_host_netns(const struct open_now *now);
/* A descriptor of that namespace, the caller closes it. -errno. */
int open_now_netns_fd(const struct open_now *now, uint32_t inode);

#endif
