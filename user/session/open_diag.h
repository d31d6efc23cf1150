/* SPDX-License-Identifier: GPL-2.0-only */
/* What is open now where BPF is not to be had: from sock_diag and /proc, as far as this user may see. */
#ifndef PORTTRACE_SESSION_OPEN_DIAG_H
#define PORTTRACE_SESSION_OPEN_DIAG_H

#include "base/netns.h"
#include "model/snapshot.h"

struct open_diag {
	struct netns_ways ways; /* into the namespaces there are; netns_free() */
	uint32_t host_netns;    /* 0: not known */
	bool hides_holders;     /* a socket without a holder may have one */
	bool partial;           /* there may be ports that are not seen, or not who holds them */
};

/*
 * Adds to snapshot what is open, with the connections if asked for, and says in one line what
 * is missing and how to see it: why is a sentence on that, of trace_open_tables(); NULL: it was
 * said. Returns an exit status.
 */
int open_diag_read(struct open_diag *out, struct snapshot *snapshot, bool connections,
		   const char *why);

#endif
