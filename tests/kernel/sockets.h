/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening sockets in one line. Every descriptor is close-on-exec. */
#ifndef LIVE_SOCKETS_H
#define LIVE_SOCKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Newer than the headers of some, or gone from those of others. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif

#define SPEC_REUSEADDR 0x01
#define SPEC_REUSEPORT 0x02
#define SPEC_V6ONLY 0x04
#define SPEC_FREEBIND 0x08 /* an address this host does not have */
#define SPEC_NO_BIND 0x10
#define SPEC_NO_LISTEN 0x20

struct spec {
	int type;     /* 0: SOCK_STREAM */
	int protocol; /* 0: the type's own */
	const char *addr;
	int port;
	int backlog; /* 0: BACKLOG */
	unsigned int flags;
};

#define BACKLOG 7

/* Skips the test where this kernel has no such sockets. */
void skip_unless_supported(int type, int protocol, const char *name);

/* The descriptor, or -errno. */
int spec_try(const struct spec *spec);

/* The same; fails the test on an error. */
int spec_open(const struct spec *spec);

int tcp_listen(const char *addr, int port);
int udp_bind(const char *addr, int port);

/* A listener at 127.0.0.1, which closes at once. */
void open_once(int port);

/* TCP to 127.0.0.1 or ::1, by another protocol if asked. */
int tcp_connect(int protocol, int port);

/*
 * A TCP socket of that address's family that has no peer yet, by another protocol if asked,
 * bound to that local port unless 0. The descriptor, or -errno.
 */
int sock_open(const char *addr, int protocol, int local_port);

/* connect() to an address and port: 0, or -1 with errno. */
int sock_connect(int fd, const char *addr, int port);

/* Waits until a connection to that port of IPv4 is in SYN_SENT. */
void await_syn_sent(int port);

void sock_listen(int fd, int backlog);
void sock_close(int fd);
int sock_port(int fd);

/* The other end's, or -errno. */
int sock_remote_port(int fd);
unsigned long long sock_cookie(int fd);

/* connect(AF_UNSPEC) */
void sock_disconnect(int fd);
void udp_connect(int fd, int port);

/* SCM_RIGHTS */
void fd_send(int via, int fd);
int fd_receive(int via);

#endif
