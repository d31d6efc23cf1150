// SPDX-License-Identifier: GPL-2.0-only
#include "session/gaps.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>

bool say_unread_netns(const struct snapshot_gaps *gaps)
{
	if (!gaps->netns)
		return false;
	say("%u network namespaces could not be read (%s): what was open in them before is shown "
	    "only where a process holds it",
	    gaps->netns,
	    gaps->err == -ENOENT ? "this pid namespace hides their processes: run in the host's" :
	    gaps->err == -EPERM  ? "entering one takes CAP_SYS_ADMIN" :
				   strerror(-gaps->err));
	return true;
}

void say_foreign_pids(void)
{
	say("--pid means numbers of the host's pid namespace; in this one processes have others "
	    "(NSpid in the host's /proc/PID/status)");
}
