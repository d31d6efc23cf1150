/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams to journald. Nothing here blocks. */
#ifndef PORTTRACE_OUTPUT_JOURNAL_SOCKET_H
#define PORTTRACE_OUTPUT_JOURNAL_SOCKET_H

#include <stddef.h>

/*
 * A socket of our own, connected: epoll tells of the room in the other's queue
 * only then (unix_dgram_poll()). The descriptor or -errno.
 */
int journal_socket_open(const char *path);
/*
 * Sends an entry, by a memfd if it is too large for a datagram. The bytes of the
 * datagram, or -errno: -EAGAIN where there is no room now, which epoll will tell;
 * -ENOBUFS where there is no memory now, which it will not; -EMSGSIZE where the memfd
 * cannot be made; another where the connection is of no use any more.
 */
long journal_socket_send(int fd, const char *data, size_t len);
/* Whether somebody is there, by a datagram without content, which journald takes no notice of. */
int journal_socket_probe(int fd);
/*
 * At least the bytes of what was sent and not read; 0: all of it was read, or
 * the one who should have is gone.
 */
size_t journal_socket_unread(int fd);

#endif
