/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of the host, whatever mount namespace we and a process are in. */
#ifndef PORTTRACE_ENRICH_HOST_H
#define PORTTRACE_ENRICH_HOST_H

#include "enrich/internal.h"
#include "enrich/mounts.h"

#include <sys/types.h>

struct host {
	int root;        /* O_PATH */
	dev_t memfd_dev; /* of every memfd; 0: not known */
	struct mounts mounts;
	/* The last answer. */
	uint64_t version; /* of the process */
	uint64_t looked_ns;
	enum exe_standing standing;
};

/* A file, as statx(2) tells. */
struct host_file {
	dev_t dev; /* not that of the superblock on btrfs, and on some overlays */
	uint64_t inode;
	uint64_t mount;
};

/* Opened with the first call, and enrich's. NULL: no memory. */
struct host *host_of(struct enrich *enrich);

/* The file of a name in a folder; fd itself: "". 0 or -errno. */
int host_describe(int fd, const char *name, struct host_file *out);
/* The file at a path of the host, which begins with a slash. 0 or -errno. */
int host_file(const struct host *host, const char *path, struct host_file *out);
/* It is not there: any other -errno says that it was not to be found out. */
bool host_file_is_absent(int err);

/* As the kernel numbers devices (include/linux/kdev_t.h). */
dev_t host_dev_of(uint32_t kernel);

#endif
