/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a network namespace has ports that no descriptor showed. The iterator
 * of TCP goes through the table of connections for that, which is the whole
 * host's: milliseconds for each namespace. sock_diag stops behind the listeners.
 */
#ifndef PORTTRACE_DIAG_HELD_H
#define PORTTRACE_DIAG_HELD_H

#include "model/snapshot.h"

struct held_socket {
	uint64_t inode;
	struct snapshot_row *row; /* borrowed */
};

struct held_netns {
	uint32_t inode;
	size_t rows;
};

struct held_sockets {
	struct held_netns *netns; /* owned, as are the sockets */
	size_t n_netns;
	struct held_socket *sockets; /* of namespaces with few, by inode */
	size_t n_sockets;
	bool listed;
	bool failed; /* no memory, or no sock_diag: the answer is always no */
};

/*
 * As struct tables_wants.all_seen: arg is a struct held_sockets, of one snapshot. Asks the
 * namespace that the calling thread is in, which is netns. False also where that cannot be found
 * out. Rows that have no cookie yet get it.
 */
bool held_all_seen(const struct snapshot *so_far, uint32_t netns, void *arg);
void held_free(struct held_sockets *held);

#endif
