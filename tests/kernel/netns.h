/* SPDX-License-Identifier: GPL-2.0-only */
/* Network namespaces: each test has one, some need a few more. */
#ifndef LIVE_NETNS_H
#define LIVE_NETNS_H

/* Makes a namespace, enters it and brings lo up. Fails the test if it cannot. */
void netns_enter_new(void);

void netns_enter(int fd);

/* A descriptor of the current one. */
int netns_open(void);

/* The inode by which porttrace tells namespaces apart. */
unsigned long netns_inode(void);

/* Writes to /proc/sys/PATH, of the current namespace where it has its own: 0, or -1 with errno. */
int sysctl_set(const char *path, const char *value);

#endif
