/* SPDX-License-Identifier: GPL-2.0-only */
/* What the iterators said is open: sockets by address, each with its holders. */
#ifndef PORTTRACE_MODEL_SNAPSHOT_H
#define PORTTRACE_MODEL_SNAPSHOT_H

#include "model/decode.h"
#include "model/procs.h"
#include "model/row_table.h"

struct snapshot_row {
	struct socket_info socket;
	struct endpoint remote; /* port 0: there is no other end */
	const char *state;      /* static: as ss(8) calls it */
	uint64_t time_ns;
	struct process **holders; /* after snapshot_sort() each once, the longest-running first */
	size_t n_holders;
	size_t cap_holders;
};

struct snapshot {
	struct procs *procs; /* borrowed */
	struct row_table by_address;
	struct snapshot_row **rows;
	size_t n;
	size_t cap;
	bool holders_hidden; /* there are processes that cannot be seen: no holder is not known to be none */
};

void snapshot_init(struct snapshot *snapshot, struct procs *procs);
void snapshot_free(struct snapshot *snapshot);
/* Takes a DECODED_HOLDER or DECODED_SOCKET. 0 or -ENOMEM. */
int snapshot_add(struct snapshot *snapshot, const struct decoded *record);
/*
 * Orders the rows by namespace, protocol, port and address, what accepts before
 * what is connected; and the holders by age, each once.
 */
void snapshot_sort(struct snapshot *snapshot);
/* The rows of this port, n of them from the pointer on, after snapshot_sort(). */
struct snapshot_row *const *snapshot_port(const struct snapshot *snapshot,
					  const struct endpoint *port, size_t *n);
/* The row of this socket, or NULL. */
const struct snapshot_row *snapshot_find(const struct snapshot *snapshot,
					 const struct socket_info *socket);

/* Who a found socket is shown with: the longest-running holder, said to be found, not caught. */
struct actor snapshot_actor(const struct snapshot_row *row);

/* Whether both are one socket: same address and cookie; without cookies, same address and port. */
bool same_socket(const struct socket_info *a, const struct socket_info *b);

#endif
