/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of open ports: as the kernel lists them in /proc, and as porttrace told them. */
#ifndef LIVE_TABLE_H
#define LIVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tracer.h"

#define TABLE_MAX 4096

struct table_port {
	char proto[12];
	char addr[48];
	int port;
};

struct table {
	size_t count;
	struct table_port ports[TABLE_MAX];
};

/* What /proc/PID/net says of that process's namespace: TCP in LISTEN, unconnected UDP. */
void table_read(struct table *table, pid_t pid);

/* Whether it is in it; NULL: of any protocol, at any address. */
bool table_has(const struct table *table, const char *proto, const char *addr, int port);

/*
 * What the events of a namespace add up to. If it is exact, that is nothing was
 * lost, it fails the test when a port opens that is open, or closes that is not.
 */
void table_replay(struct table *table, const struct tracer *tracer, unsigned long netns,
		  bool exact);

/* Whether both hold the same; if not, text is about one they differ in. */
bool table_equal(const struct table *kernel, const struct table *told, char *text, size_t size);

#endif
