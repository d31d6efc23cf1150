/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file written as a whole: whoever reads it has the old text or the new one, and
 * so it is after a crash.
 */
#ifndef PORTTRACE_BASE_REPLACE_H
#define PORTTRACE_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct replace_how {
	mode_t mode;    /* of a new file */
	bool over;      /* what is there is replaced; a symbolic link is followed, see below */
	bool no_follow; /* but not where this is set: then it is no plain file */
	bool keep_mode; /* and has the owner and the mode of what was there */
	/*
	 * Nobody waits for the disk, and what a writer that was killed left behind is
	 * taken away: for a file that is written again and again by one writer, and
	 * does not have to outlive a crash of the machine.
	 */
	bool quick;
};

/* Whether replace_file() would refuse, before there is a text: as it returns. */
int replace_check(const char *path, const struct replace_how *how);
/*
 * 0; -EEXIST: there is one, and how->over is not set; -EINVAL: it is no plain file; -ELOOP: a link
 * of another user, which root never follows, and others not in a folder that everybody may write
 * to; else -errno. On failure nothing has changed.
 */
int replace_file(const char *path, const char *text, size_t len, const struct replace_how *how);

#endif
