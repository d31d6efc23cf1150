/* SPDX-License-Identifier: GPL-2.0-only */
/* One netlink message of sock_diag into the model's words. */
#ifndef PORTTRACE_DIAG_MESSAGE_H
#define PORTTRACE_DIAG_MESSAGE_H

#include "model/event.h"

enum diag_kind {
	DIAG_ROW,
	DIAG_DONE,  /* the end of a dump; error says how it ended */
	DIAG_ERROR, /* error; 0: an acknowledgement */
	DIAG_OTHER, /* nothing for us */
};

struct diag_message {
	enum diag_kind kind;
	size_t size; /* with its padding, to step to the next */
	uint32_t seq;
	bool interrupted; /* what was dumped changed meanwhile */
	int error;        /* -errno */
	/* DIAG_ROW */
	struct socket_info socket; /* local.netns is the caller's business */
	struct endpoint remote;    /* port 0: there is none */
	uint32_t uid;
};

/*
 * Reads the message at data (size bytes left, any alignment), an answer about sockets of this
 * protocol. 0, or -EBADMSG where it is short, or says of itself what cannot be; *out is then
 * not to be used.
 */
int diag_message(const void *data, size_t size, uint16_t proto, struct diag_message *out);

#endif
