/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_BASE_RESIDENT_H
#define PORTTRACE_BASE_RESIDENT_H

/*
 * A program that runs for months keeps no memory for what its start alone needed: free
 * heap goes back, and so do code and constants, which come again from their files when
 * they are used.
 */
void resident_trim(void);

#endif
