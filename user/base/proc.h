/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc says of a process, by its number alone: for what may be wrong a moment later. */
#ifndef PORTTRACE_BASE_PROC_H
#define PORTTRACE_BASE_PROC_H

#include <stdint.h>

/* The parent's number; 0: it has none, or the process is gone. */
uint32_t proc_parent(uint32_t pid);

#endif
