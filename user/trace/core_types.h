/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few types of the kernel's that our objects read, as a file for libbpf. It
 * looks for each of ours among all it is given, for each object anew; among the
 * kernel's hundred thousand that was most of a start.
 */
#ifndef PORTTRACE_TRACE_CORE_TYPES_H
#define PORTTRACE_TRACE_CORE_TYPES_H

#include "trace/raw_types.h"

#include <stddef.h>

#define CORE_TYPES_PATH_MAX 32

/*
 * Takes from kernel what has the name of a struct, union, enum or typedef of
 * one of ours, and what those consist of. Behind pointers nothing is needed to
 * find a field. path gets the name of the file, which lasts as long as the
 * descriptor that is returned, for the caller to close; or -errno.
 */
int core_types_make(const struct raw_types *kernel, const struct btf *const *ours, size_t n,
		    char path[CORE_TYPES_PATH_MAX]);

#endif
