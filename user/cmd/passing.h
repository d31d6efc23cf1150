/* SPDX-License-Identifier: GPL-2.0-only */
/* Which signals that come to us are passed on to a command we run. */
#ifndef PORTTRACE_CMD_PASSING_H
#define PORTTRACE_CMD_PASSING_H

#include <stdbool.h>
#include <sys/signalfd.h>

/*
 * from_command: it or a descendant of it sent the signal, to its process group, of
 * which we are. same_group: it is in our process group still: then what the
 * terminal sends reaches it by itself, and would come twice.
 */
bool passing_needs(const struct signalfd_siginfo *info, bool from_command, bool same_group);

#endif
