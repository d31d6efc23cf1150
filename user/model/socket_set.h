/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets that were named once, also several at one address, one after the other. */
#ifndef PORTTRACE_MODEL_SOCKET_SET_H
#define PORTTRACE_MODEL_SOCKET_SET_H

#include "model/event.h"

struct socket_set {
	void *tree;
};

/* 0 or -ENOMEM. */
int socket_set_add(struct socket_set *set, const struct socket_info *socket);
/* Whether this socket, or one that may be it (its cookie was not known), was added. */
bool socket_set_has(const struct socket_set *set, const struct socket_info *socket);
void socket_set_free(struct socket_set *set);

#endif
