/* SPDX-License-Identifier: GPL-2.0-only */
/* A folder of the test's own. */
#ifndef LIVE_FOLDER_H
#define LIVE_FOLDER_H

/* In /tmp; made at the first call. It goes at the end, with its files and what is mounted there. */
const char *folder_make(void);

#endif
