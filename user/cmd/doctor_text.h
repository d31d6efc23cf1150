/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_CMD_DOCTOR_TEXT_H
#define PORTTRACE_CMD_DOCTOR_TEXT_H

#include "trace/coverage.h"

/* What doctor found, for a person; err: tracing is not possible. */
void doctor_print_text(const struct coverage *coverage, int err);

#endif
