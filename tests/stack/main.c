// SPDX-License-Identifier: GPL-2.0-only
/*
 * How deep the stack of each BPF program gets, by the strictest count of any
 * kernel: one that refuses a chain of calls says so only when it loads it, and
 * the kernel at hand may count more kindly.
 */
#include "functions.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * kernel/bpf/verifier.c, check_max_stack_depth(): the frames of a chain share
 * MAX_BPF_STACK bytes, there are MAX_CALL_FRAMES of them at most, and before
 * v6.13 each counts rounded up to 32.
 */
#define STACK_MAX 512
#define FRAMES_MAX 8
#define FRAME_UNIT 32

struct chain {
	size_t functions[FRAMES_MAX + 1];
	size_t count;
	int depth;
};

static int frame_of(const struct function *function)
{
	int stack = function->stack ? function->stack : 1;

	return (stack + FRAME_UNIT - 1) / FRAME_UNIT * FRAME_UNIT;
}

static void descend(const struct functions *all, size_t at, struct chain *now,
		    struct chain *deepest)
{
	const struct function *function = &all->all[at];
	int frame = frame_of(function);

	if (now->count > FRAMES_MAX)
		return; /* one too many is enough to know */
	now->functions[now->count++] = at;
	now->depth += frame;
	if (now->depth > deepest->depth || now->count > FRAMES_MAX)
		*deepest = *now;
	for (size_t i = 0; i < function->n_callees && deepest->count <= FRAMES_MAX; i++)
		descend(all, function->callees[i], now, deepest);
	now->count--;
	now->depth -= frame;
}

static void print_chain(const struct functions *all, const struct chain *chain)
{
	printf("%4d ", chain->depth);
	for (size_t i = 0; i < chain->count; i++) {
		const struct function *function = &all->all[chain->functions[i]];

		printf("%s%s %d", i ? " > " : "", function->name, function->stack);
	}
	putchar('\n');
}

static int check_object(const char *path, bool every)
{
	static struct functions all;
	size_t programs = 0, refused = 0;

	functions_read(&all, path);
	for (size_t i = 0; i < all.count; i++) {
		struct chain now = { 0 }, deepest = { 0 };
		bool too_deep;

		if (!all.all[i].is_program)
			continue;
		programs++;
		descend(&all, i, &now, &deepest);
		too_deep = deepest.depth > STACK_MAX || deepest.count > FRAMES_MAX;
		refused += too_deep;
		if (too_deep || every)
			print_chain(&all, &deepest);
	}
	if (!programs || refused) {
		printf("%s: %zu of %zu programs need more stack than %d bytes and %d frames\n",
		       path, refused, programs, STACK_MAX, FRAMES_MAX);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	bool every = argc > 1 && !strcmp(argv[1], "--all");
	int status = 0;

	if (argc < 2 + every) {
		fputs("Usage: stack-depth [--all] OBJECT...\n"
		      "Prints the deepest chain of calls of each BPF program that an older kernel\n"
		      "refuses for it (--all: of each), with the bytes of each frame.\n"
		      "Exit status: 0 none is too deep, 1 some are, 2 it cannot be told.\n",
		      stderr);
		return 2;
	}
	for (int i = 1 + every; i < argc; i++)
		status |= check_object(argv[i], every);
	return status;
}
