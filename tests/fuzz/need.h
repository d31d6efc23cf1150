/* SPDX-License-Identifier: GPL-2.0-only */
/* What a fuzz target holds to be true: if it is not, it ends as a crash does. */
#ifndef FUZZ_NEED_H
#define FUZZ_NEED_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

#endif
