/* SPDX-License-Identifier: GPL-2.0-only */
/* From the rows of what is open now to all that is known of one port. */
#ifndef PORTTRACE_CMD_WHO_FACTS_H
#define PORTTRACE_CMD_WHO_FACTS_H

#include "output/who.h"
#include "session/open_now.h"

/* One port, and what of it has to be given back. */
struct who_facts {
	struct port_facts facts;
	struct event event;
	struct portrait portrait;
	struct peer *peers;
	char device[16]; /* IF_NAMESIZE */
};

/*
 * Of the sockets rows[first] to rows[first + n - 1], which are of one port. Holders and
 * rows are borrowed from now. 0 or -ENOMEM; who_facts_free() either way.
 */
int who_facts_gather(struct who_facts *who, struct open_now *now, size_t first, size_t n);
void who_facts_free(struct who_facts *who);

#endif
