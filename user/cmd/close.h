/* SPDX-License-Identifier: GPL-2.0-only */
/* "close", of one port, for another command: what is shown and said goes to stdout and stderr. */
#ifndef PORTTRACE_CMD_CLOSE_H
#define PORTTRACE_CMD_CLOSE_H

#include "cmd/consent.h"
#include "cmd/stream_options.h"

/*
 * Closes exactly this port: its namespace, protocol, address, number and device. The sockets that
 * are shown before it asks are those that it closes. Of options: names, and the kernel's types.
 * An exit status.
 */
int close_endpoint(const struct socket_info *socket, const struct stream_options *options,
		   const struct consent *consent);
/* Ends the processes that hold it, by SIGTERM; what that does not end, it asks about SIGKILL. */
int close_holders(const struct socket_info *socket, const struct stream_options *options,
		  const struct consent *consent);

#endif
