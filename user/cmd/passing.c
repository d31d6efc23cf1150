// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/passing.h"

#include <signal.h>

bool passing_needs(const struct signalfd_siginfo *info, bool from_command, bool same_group)
{
	/* Keys and hang-ups come from the kernel (drivers/tty/n_tty.c, isig()). */
	if (info->ssi_code == SI_KERNEL)
		return !same_group;
	return !from_command;
}
