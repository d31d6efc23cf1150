/* SPDX-License-Identifier: GPL-2.0-only */
/* One program in the places an executable can have: what a policy tells apart. */
#ifndef LIVE_PROGRAMS_H
#define LIVE_PROGRAMS_H

#include "opener.h"

enum program_place {
	PROGRAM_HOST,    /* at program_path(), which only root may write to */
	PROGRAM_COPY,    /* copied to a folder of /tmp */
	PROGRAM_DELETED, /* once at a path beside the host's, and deleted */
	PROGRAM_MEMFD,   /* in memory alone */
	PROGRAM_MOUNTED, /* the copy, mounted over program_path() in a mount namespace of its own */
	PROGRAM_UNMOUNTED, /* a deleted file "memfd:server" of a mount that is gone as well */
	PROGRAM_CHROOTED,  /* the copy, at program_path() below another root */
};

/* An opener that runs it from there. */
struct opener program_start(enum program_place place);

/* Made at the first call, removed at the end; each in a folder that only root may write to. */
const char *program_path(void);
const char *program_deleted_path(void);

/* A path in the same folder, for a file that is removed with it. */
const char *program_file(const char *name);

/* Replaces the program at program_path(), as an upgrade of its package does. */
void program_upgrade(void);

#endif
