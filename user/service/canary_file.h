/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose canaries are whose: the service keeps the cookies of its last ones where any
 * other porttrace of this host finds them, and takes them for no port of anybody.
 * Root's file alone is believed. A cookie is given to one socket a boot, so who is
 * not root can neither have such a one, nor put his own there.
 */
#ifndef PORTTRACE_SERVICE_CANARY_FILE_H
#define PORTTRACE_SERVICE_CANARY_FILE_H

#include "model/event.h"

#define CANARY_FILE "/run/porttrace/canary"

/* A round's events may come late, or after a loss: the cookies of the last 32 rounds are kept. */
#define CANARY_KEPT 64

/*
 * Makes the file ours, before privileges are given up. A descriptor, which the
 * caller closes; -EBUSY: another service has it; -errno.
 */
int canary_file_open(void);
/* The cookie at that place of the CANARY_KEPT. 0 or -errno. */
int canary_file_put(int fd, uint64_t place, uint64_t cookie);

/* Whether the event is of the canary of a service, ours or another. */
bool canary_of_a_service(const struct event *event);

#endif
