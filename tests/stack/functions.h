/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of a BPF object: how much stack each uses, and what each calls. */
#ifndef STACK_FUNCTIONS_H
#define STACK_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define FUNCTIONS_MAX 1024
#define CALLEES_MAX 64

struct function {
	char name[64];
	size_t section;
	size_t begin; /* in instructions, from the start of its section */
	size_t end;
	bool is_program; /* entered by the kernel, not by another function */
	int stack;       /* bytes, the deepest it reaches below its frame */
	size_t callees[CALLEES_MAX];
	size_t n_callees;
};

struct functions {
	struct function all[FUNCTIONS_MAX];
	size_t count;
};

/* What it cannot make sense of ends the process with 2: no answer is better than a wrong one. */
void functions_read(struct functions *functions, const char *path);

#endif
