/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_TRACE_CGROUP_ROOT_H
#define PORTTRACE_TRACE_CGROUP_ROOT_H

#include "trace/coverage.h"

/*
 * A descriptor of the root of the cgroup v2 hierarchy: from a mount, wherever
 * it is (a hybrid layout has it in /sys/fs/cgroup/unified), else from a mount
 * of our own that nobody else sees. Says in coverage where it is, and whether
 * it is the root of a cgroup namespace alone. The caller closes it. -errno.
 */
int cgroup_root_open(struct coverage *coverage);

#endif
