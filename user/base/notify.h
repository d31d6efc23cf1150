/* SPDX-License-Identifier: GPL-2.0-only */
/* What a service tells its manager, by the protocol of sd_notify(3). */
#ifndef PORTTRACE_BASE_NOTIFY_H
#define PORTTRACE_BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /* -1: nobody wants to be told */
	struct sockaddr_un to;
	socklen_t to_len;
	uint64_t watchdog_ns; /* how often it wants to hear of us; 0: it does not */
};

/*
 * Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment:
 * they are not meant for what we start. 0, also where there is no manager;
 * -EAFNOSUPPORT for a kind of address that is not known here, or -errno.
 */
int notify_open(struct notify *notify);
static inline bool notify_wanted(const struct notify *notify)
{
	return notify->fd >= 0;
}
/* "READY=1\nSTATUS=…". Never blocks. 0; -EAGAIN: the manager is busy, try later; or -errno. */
int notify_send(const struct notify *notify, const char *text);
void notify_close(struct notify *notify);

#endif
