/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls that the sandbox allows. For sandbox.c alone. */
#ifndef PORTTRACE_BASE_SANDBOX_CALLS_H
#define PORTTRACE_BASE_SANDBOX_CALLS_H

#include <stddef.h>
#include <stdint.h>

#define SANDBOX_VALUES 16
#define SANDBOX_FAMILY_MAX AF_NETLINK

struct sandbox_call {
	const char *name;
	/* If n_values: an argument has to be one of values, as far as mask (0: all bits) says. */
	unsigned int arg;
	uint64_t mask;
	uint64_t values[SANDBOX_VALUES];
	size_t n_values;
};

extern const struct sandbox_call sandbox_calls_all[];
extern const size_t sandbox_n_calls;

#endif
