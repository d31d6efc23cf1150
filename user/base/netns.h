/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways into network namespaces. */
#ifndef PORTTRACE_BASE_NETNS_H
#define PORTTRACE_BASE_NETNS_H

#include <stddef.h>
#include <stdint.h>

enum netns_by {
	NETNS_BY_PROCESS, /* it lives there */
	NETNS_BY_FD,      /* it has the namespace open */
	NETNS_BY_SOCKET,  /* it has a socket of it */
	NETNS_BY_PATH,    /* it is mounted: ip netns, a container engine */
};

struct netns_way {
	uint32_t inode;
	enum netns_by by;
	uint32_t tgid;
	int fd;
	char *path; /* owned; NETNS_BY_PATH */
};

struct netns_ways {
	struct netns_way *ways; /* owned */
	size_t n;
	size_t cap;
	void *known; /* tree of what there is a way of already, by namespace and kind */
};

/* Notes a way; does nothing where this namespace has one of the same kind. 0 or -ENOMEM. */
int netns_add(struct netns_ways *ways, struct netns_way way);
/* Adds the namespaces that are mounted somewhere. 0 or -errno. */
int netns_add_mounted(struct netns_ways *ways);
/* Brings the ways into one namespace together, the best first. */
void netns_sort(struct netns_ways *ways);
/* The ways into a namespace, n of them from the pointer on, after netns_sort(); NULL: none is known. */
const struct netns_way *netns_find(const struct netns_ways *ways, uint32_t inode, size_t *n);
/* A descriptor of the namespace; the caller closes it. -errno, -ENOENT where it is another by now. */
int netns_open(const struct netns_way *way);
/* The same by any way into the namespace, after netns_sort(). */
int netns_open_any(const struct netns_ways *ways, uint32_t inode);
void netns_free(struct netns_ways *ways);

/* A stay of the calling thread in another namespace. */
struct netns_visit {
	int home; /* -1: it stayed where it was */
};

/* Enters the namespace of fd; -1: stays. 0, and netns_leave() is due, or -errno. */
int netns_visit(struct netns_visit *visit, int fd);
/* Comes back; being stuck in another namespace ends the program. */
void netns_leave(struct netns_visit *visit);

struct netns_tour {
	/* Called in each namespace. 0 or -errno. */
	int (*read)(uint32_t inode, void *arg);
	/* Called for each but our own that was not entered, or where read() failed. */
	void (*missed)(int err, void *arg);
	void *arg;
};

/*
 * Through our own namespace, which takes no privilege, and each one there is a way into; sorts
 * the ways. 0 or -errno, that of our own.
 */
int netns_tour(struct netns_ways *ways, const struct netns_tour *tour);

#endif
