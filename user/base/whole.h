/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes of files to their end, however the kernel cuts them. */
#ifndef PORTTRACE_BASE_WHOLE_H
#define PORTTRACE_BASE_WHOLE_H

#include "base/buf.h"

/* Appends what is left of a file, at most max bytes of it. 0; -ENOMEM, or -errno. */
int read_whole(int fd, size_t max, struct buf *out);
/* 0 or -errno; part of it may be written then. */
int write_whole(int fd, const char *data, size_t len);

#endif
