/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is open, from sock_diag and /proc: without BPF, and without privilege as
 * far as this user may see. And the closing of a socket from outside.
 */
#ifndef PORTTRACE_DIAG_DIAG_H
#define PORTTRACE_DIAG_DIAG_H

#include "base/netns.h"
#include "model/snapshot.h"

struct diag_wants {
	bool connections; /* besides what is open */
	bool holders;
};

/* What a snapshot may lack. */
struct diag_gaps {
	unsigned int processes;   /* may not be looked into: what they hold seems to be nobody's */
	unsigned int netns;       /* known and not entered */
	unsigned int interrupted; /* dumps that changed under us each time: a socket may lack */
	int netns_err;            /* -errno of the last one not entered */
	bool no_tcp;              /* this kernel has no sock_diag of it (CONFIG_INET_TCP_DIAG) */
	bool no_udp;              /* CONFIG_INET_UDP_DIAG */
};

/*
 * Adds to out what is open in each network namespace that can be entered, our own first, with
 * the processes that hold it; and to ways, sorted, the ways into them. socket.sk is the
 * cookie; options the kernel does not tell here are marked reuse_unknown. The calling thread
 * goes into the namespaces and comes back. 0 or -errno; -EOPNOTSUPP where this kernel has no
 * sock_diag at all.
 */
int diag_snapshot(struct procs *procs, struct snapshot *out, const struct diag_wants *wants,
		  struct netns_ways *ways, struct diag_gaps *gaps);

/*
 * Closes exactly this socket (SOCK_DESTROY), in the namespace of that descriptor; -1: our
 * own. A socket whose cookie is not known is found by its inode first.
 *
 * 0; -EOPNOTSUPP: the kernel cannot, or not this protocol; -ENOENT: it is gone; -EPERM:
 * CAP_NET_ADMIN lacks, or CAP_SYS_ADMIN to enter the namespace; -ENOTUNIQ: it is one of a
 * group that the kernel did not give out by address; other -errno.
 */
int diag_destroy(int netns_fd, const struct socket_info *socket);

/*
 * Calls tell(local, arg) for each established TCP connection this process has a descriptor
 * of, in the process's network namespace. 0 or -errno.
 */
int diag_connections_of(uint32_t tgid, void (*tell)(const struct endpoint *local, void *arg),
			void *arg);

#endif
