/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder in which a service keeps what is open: one service a folder, one file in it. */
#ifndef PORTTRACE_SERVICE_STATE_FILE_H
#define PORTTRACE_SERVICE_STATE_FILE_H

#include "model/state.h"

struct state_file {
	const char *folder; /* as it was given; borrowed */
	char *path;         /* owned: of the file */
	int lock;           /* -1: not taken yet; the folder cannot be written to */
	int other;          /* who has it instead */
	char boot_id[BOOT_ID_LEN + 1];
	uint32_t followed; /* what is written: STATE_FOLLOWS_... */
	bool failed;       /* the last write did, and it was said */
	uint64_t took_ns;  /* the last write */
};

/*
 * Makes the folder if need be, and takes it; where it cannot be written to, a later
 * write tries again. An exit status: another service may have it, which it has said.
 */
int state_file_open(struct state_file *file, const char *folder, uint32_t followed);
/* What the last run left; NULL where there is nothing to use, and why it has said. */
struct past *state_file_read(struct state_file *file);
/* Writes what is open. Says, once, when it cannot, and when it can again. */
void state_file_write(struct state_file *file, struct ports *ports);
/* How long to wait before the next write: writing is to take a fiftieth of the time at most. */
uint64_t state_file_gap_ns(const struct state_file *file);
void state_file_close(struct state_file *file);

#endif
