// SPDX-License-Identifier: GPL-2.0-only
#include "base/proc.h"

#include "base/procdir.h"

#include <unistd.h>

uint32_t proc_parent(uint32_t pid)
{
	struct procdir_stat stat = { 0 };
	int dir = procdir_open(pid);

	if (dir < 0)
		return 0;
	if (procdir_stat(dir, &stat))
		stat.ppid = 0;
	close(dir);
	return stat.ppid;
}
