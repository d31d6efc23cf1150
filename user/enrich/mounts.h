/* SPDX-License-Identifier: GPL-2.0-only */
/* The mounts of one mount namespace, as proc_pid_mountinfo(5) shows them. */
#ifndef PORTTRACE_ENRICH_MOUNTS_H
#define PORTTRACE_ENRICH_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOUNT_MINOR_BITS 20 /* of struct mount_row.dev: include/linux/kdev_t.h */

struct mount_row {
	uint64_t id;
	uint32_t dev; /* of the superblock, as the kernel counts: sb->s_dev */
	char *root;   /* owned, as the next: the path within the file system of what is mounted */
	char *point;  /* where */
	bool fuse;    /* a program of somebody answers for what is in it */
};

struct mounts {
	int fd; /* of the file, which tells when it has changed; -1: none */
	bool fresh;
	struct mount_row *rows; /* owned */
	size_t n;
	size_t cap;
	size_t n_fuse;
};

/* Takes fd, of a mountinfo; nothing is read yet. */
void mounts_init(struct mounts *mounts, int fd);
/* Brings the rows up to date, which costs one poll(2) if nothing was mounted meanwhile. 0 or -errno. */
int mounts_refresh(struct mounts *mounts);
/* Replaces the rows by those of a text, which is changed on the way. 0 or -ENOMEM. */
int mounts_parse(struct mounts *mounts, char *text);
/* NULL: no such mount. */
const struct mount_row *mounts_find(const struct mounts *mounts, uint64_t id);
/* Whether the way to path leads into a FUSE. */
bool mounts_crosses_fuse(const struct mounts *mounts, const char *path);
void mounts_free(struct mounts *mounts);

#endif
