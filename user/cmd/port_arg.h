/* SPDX-License-Identifier: GPL-2.0-only */
/* PORT of a command line: "8080", "tcp/8080", "22,8000-8100", "udp/53,5353". */
#ifndef PORTTRACE_CMD_PORT_ARG_H
#define PORTTRACE_CMD_PORT_ARG_H

#include "base/parse.h"
#include "model/event.h"

struct port_arg {
	const char *proto; /* static; NULL: any */
	struct port_set ports;
};

/* STATUS_OK, or STATUS_USAGE after saying what is wrong; port_arg_free() either way. */
int port_arg_parse(const char *word, struct port_arg *out);
/* Whether the socket's port is meant; "tcp" means MPTCP as well, as in ss. */
bool port_arg_has(const struct port_arg *arg, const struct socket_info *socket);
/* Whether it means one port number alone. */
bool port_arg_is_one(const struct port_arg *arg);
void port_arg_free(struct port_arg *arg);

#endif
