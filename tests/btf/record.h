/* SPDX-License-Identifier: GPL-2.0-only */
/* What was recorded of a kernel, as a text file. */
#ifndef BTF_RECORD_H
#define BTF_RECORD_H

#include "types.h"

struct record {
	char file[256];
	char release[64];     /* 6.1.0-56-cloud-amd64 */
	unsigned int version; /* 0x0601 */
	struct list list;
};

void record_write(const char *release, const struct list *list);
void record_read(struct record *record, const char *file);

/* "6.15" or "6.15.3-cloud": 0x060f. */
unsigned int version_of(const char *text);

#endif
