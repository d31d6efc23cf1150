/* SPDX-License-Identifier: GPL-2.0-only */
/* "who", for another command. */
#ifndef PORTTRACE_CMD_WHO_H
#define PORTTRACE_CMD_WHO_H

#include "cmd/stream_options.h"

/*
 * To stdout, what "who" says of exactly this port: its namespace, protocol, address, number
 * and device. Of options: the names, the policy, the kernel's types. An exit status.
 */
int who_endpoint(const struct socket_info *socket, const struct stream_options *options);

#endif
