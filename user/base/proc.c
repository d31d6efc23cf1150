// SPDX-License-Identifier: GPL-2.0-only
#include "base/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t proc_parent(uint32_t pid)
{
	char path[64], text[512];
	FILE *file;
	char *end;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* The name may hold anything, ')' too (proc(5)). */
	end = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
	fclose(file);
	/* ") S 123": the state is one letter. */
	return end && strlen(end) > 4 ? (uint32_t)strtoul(end + 4, NULL, 10) : 0;
}
