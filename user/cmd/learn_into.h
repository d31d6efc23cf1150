/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a learnt policy goes: to stdout, to a new file, or behind a policy that is there. */
#ifndef PORTTRACE_CMD_LEARN_INTO_H
#define PORTTRACE_CMD_LEARN_INTO_H

#include "policy/learn.h"

struct learn_into {
	/* The command line's. */
	const char *write; /* NULL: stdout, or the file of merge */
	const char *merge; /* NULL: a policy of its own */
	bool force;

	struct policy *known; /* that of merge */
	struct buf text;      /* and its text */
};

/*
 * Before anything is learnt: whether it can be written in the end. An exit status;
 * what is in the way it has said. learn_into_close() either way.
 */
int learn_into_open(struct learn_into *into);
/* An exit status. What is written, and where, it says on stderr. */
int learn_into_write(struct learn_into *into, const struct learn *learn);
void learn_into_close(struct learn_into *into);

#endif
