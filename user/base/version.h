/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_BASE_VERSION_H
#define PORTTRACE_BASE_VERSION_H

#define PORTTRACE_VERSION "0.1.0"

#endif
