/* SPDX-License-Identifier: GPL-2.0-only */
/* A process that opens and closes one port at a time, as a user, name or program asked for. */
#ifndef LIVE_OPENER_H
#define LIVE_OPENER_H

#include "process.h"
#include "sockets.h"

enum opener_as {
	AS_SELF,    /* a plain child of the test */
	AS_USER,    /* with uid OPENER_UID */
	AS_COMM,    /* called OPENER_COMM */
	AS_PROGRAM, /* another executable, see opener_program() */
	AS_NETNS,   /* in a network namespace of its own */
	AS_PLACE,   /* in the cgroup of cgroup_make() */
};

#define OPENER_UID 12345
#define OPENER_COMM "other-name"

struct opener {
	struct child child;
	unsigned long netns; /* inode */
};

struct opener opener_start(enum opener_as as);

/* Opens one more port; the ones before stay open unless closed. */
void opener_open(struct opener *opener, const struct spec *spec);

/* Closes the port opened last. */
void opener_close(struct opener *opener);

/* The path of the program AS_PROGRAM runs, a copy of this one. Made at the first call, removed at the end. */
const char *opener_program(void);

/* Copies that program to a path where nothing is yet. */
void opener_copy_to(const char *to);

/* The opener's side. */
void opener_serve(int ctl);

#endif
