/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this program does when a test execs it as `live --helper NAME ARGS…`:
 * a process with an executable and arguments of its own.
 */
#ifndef LIVE_HELPER_H
#define LIVE_HELPER_H

/* The descriptor on which a helper and its test take steps. */
#define HELPER_CTL 3

/* argv[0] is the helper's name. The return value is the exit status. */
int helper_main(int argc, char **argv);

#endif
