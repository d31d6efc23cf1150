/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work of a forked child, without an exec, beside a loop that goes on: what it writes to stdout and
 * stderr comes here as it writes it, and so does its end. It must use nothing of the loop. It reads
 * no terminal and no keys; what it asks goes by a channel of its own.
 */
#ifndef PORTTRACE_CMD_ERRAND_H
#define PORTTRACE_CMD_ERRAND_H

#include "base/loop.h"
#include "base/timers.h"
#include "cmd/consent.h"

#define ERRAND_WORD_MAX 512

struct errand;

struct errand_setup {
	struct loop *loop;
	struct timers *timers;
	/* In the child; its value is the status. consent asks whoever takes asked(). */
	int (*work)(void *arg, const struct consent *consent);
	void *arg;
	/* In the parent, each with owner: what was written; a question; the end, as a shell tells it. */
	void (*wrote)(const char *data, size_t len, void *owner);
	void (*asked)(const char *question, void *owner);
	void (*ended)(int status, void *owner); /* the errand is gone with it */
	void *owner;
	uint64_t patience_ns; /* longer than that it is not let work, but for the time it waits for an answer; 0: for ever */
};

/* 0 or -errno. */
int errand_start(struct errand **out, const struct errand_setup *setup);
/* To what it asked. */
void errand_answer(struct errand *errand, bool yes);
/* Ends it, and forgets it: nothing of it is told any more. Does nothing to NULL. */
void errand_leave(struct errand *errand);

#endif
