/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_BASE_TERMINAL_H
#define PORTTRACE_BASE_TERMINAL_H

#include <stddef.h>

/* Columns of the terminal that a descriptor refers to; 0: it is none. */
size_t terminal_width(int fd);

#endif
