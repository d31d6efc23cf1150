/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a network namespace has ports that no descriptor showed. The iterator
 * of TCP goes through the table of connections for that, which is the whole
 * host's: milliseconds for each namespace. sock_diag stops behind the listeners.
 */
#ifndef PORTTRACE_DIAG_HELD_H
#define PORTTRACE_DIAG_HELD_H

#include "diag/inodes.h"
#include "model/snapshot.h"

struct held_sockets {
	struct inodes inodes;
	bool listed;
	bool failed; /* no memory, or no sock_diag: the answer is always no */
};

/*
 * As struct tables_wants.all_seen: arg is a struct held_sockets, of one snapshot. Asks the
 * namespace that the calling thread is in. False also where that cannot be found out.
 */
bool held_all_seen(const struct snapshot *so_far, void *arg);
void held_free(struct held_sockets *held);

#endif
