/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_CMD_BACKENDS_H
#define PORTTRACE_CMD_BACKENDS_H

#include "trace/coverage.h"

/* "cgroup, fentry": by which hooks what was asked for is seen. As it was where there are none. */
void backends_put(const struct coverage *coverage, char *text, size_t size);

#endif
