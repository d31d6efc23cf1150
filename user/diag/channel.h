/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to sock_diag, of the network namespace the calling thread was in when it was opened. */
#ifndef PORTTRACE_DIAG_CHANNEL_H
#define PORTTRACE_DIAG_CHANNEL_H

#include "diag/message.h"

struct channel;

/* 0 or -errno. */
int channel_open(struct channel **out);
void channel_close(struct channel *channel);

struct channel_question {
	uint16_t family;
	uint16_t proto;
	uint32_t states; /* bit of TCP_* */
};

/* A row is told; not 0 ends the dump with it. */
typedef int (*channel_tell)(const struct diag_message *row, void *arg);

/*
 * Tells each socket that answers, as one look at the table: a dump the table changed under is
 * asked for again, some times; then *interrupted is raised by one and the last is told as it
 * came. 0; -ENOENT: this kernel has no sock_diag of this protocol; other -errno.
 */
int channel_dump(struct channel *channel, const struct channel_question *question,
		 unsigned int *interrupted, channel_tell tell, void *arg);

/* What names a socket to the kernel. */
struct channel_name {
	const struct endpoint *local;
	const struct endpoint *remote;
	uint64_t cookie;
};

/* SOCK_DESTROY of the socket of this name. 0 or the kernel's -errno. */
int channel_destroy(struct channel *channel, const struct channel_name *name);

#endif
