/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recorded trace: this head, then records as the kernel side wrote them, each
 * behind a struct ring_entry, in the order they were taken. First what the
 * snapshot found, then what the rings told.
 */
#ifndef RECORD_RING_FILE_H
#define RECORD_RING_FILE_H

#include "abi.h"

#include <stdint.h>

#define RING_MAGIC "PTRING1"
#define RING_ORDER 0x01020304

/* A recording with other sizes is of another abi, and has to be made again. */
#define RING_SIZES                                                                           \
	{                                                                                    \
		sizeof(struct rec_head), sizeof(struct rec_socket), sizeof(struct rec_task), \
			sizeof(struct rec_port), sizeof(struct rec_conn),                    \
			sizeof(struct rec_task_info), sizeof(struct rec_args),               \
			sizeof(struct rec_holder), sizeof(struct rec_open_socket),           \
			sizeof(struct rec_netns)                                             \
	}
#define RING_SIZES_N 10

struct ring_head {
	char magic[8];
	uint32_t order; /* RING_ORDER: of bytes */
	uint32_t pid;   /* of the process whose life it is, in the initial pid namespace */
	uint32_t sizes[RING_SIZES_N];
	char kernel[24];    /* "6.12" */
	char backends[576]; /* "open tcp: cgroup, close tcp: cgroup, ..." */
};

enum ring_source { FROM_PORTS, FROM_CONNS, FROM_SNAPSHOT };

struct ring_entry {
	uint32_t source; /* enum ring_source */
	uint32_t size;
};

_Static_assert(sizeof(struct ring_head) == 656, "no padding");

#endif
