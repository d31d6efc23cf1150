/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program without shared libraries does without. */
#ifndef PORTTRACE_BASE_LINKAGE_H
#define PORTTRACE_BASE_LINKAGE_H

#include <stdbool.h>

/* Whether this is the one file of `make static`. */
bool linkage_static(void);

/*
 * First of all: the C library of a static program would load the modules of
 * nsswitch.conf(5), and of character sets, which are made for the C library of
 * the host: of another version they end it (SIGFPE). So names are then those of
 * /etc/passwd, /etc/group and /etc/services, and characters are UTF-8 or ASCII.
 */
void linkage_adapt(void);

#endif
