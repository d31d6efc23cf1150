/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether we are on the host, or in a namespace of a container. */
#ifndef PORTTRACE_BASE_FIRST_NAMESPACE_H
#define PORTTRACE_BASE_FIRST_NAMESPACE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/* The first namespaces have fixed inodes (include/linux/proc_ns.h, PROC_*_INIT_INO). */
#define USER_INIT_INO 0xEFFFFFFDU
#define PID_INIT_INO 0xEFFFFFFCU
/* Since v6.18 (uapi/linux/nsfs.h); before, a number from 0xF0000000 up. */
#define NET_INIT_INO 0xEFFFFFF9U

/* kind as in /proc/self/ns; true as well where /proc does not say. */
static inline bool in_first_namespace(const char *kind, unsigned int inode)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &st) || st.st_ino == inode;
}

#endif
