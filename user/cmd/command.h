/* SPDX-License-Identifier: GPL-2.0-only */
/* A command that is there before it begins: forked, held back, and let go. */
#ifndef PORTTRACE_CMD_COMMAND_H
#define PORTTRACE_CMD_COMMAND_H

#include "cmd/caller.h"

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid;  /* 0: none */
	int pidfd;  /* readable when it has ended */
	int go;     /* a byte lets it go; closing it ends it */
	int told;   /* from it: why it could not begin; nothing: it has */
	int status; /* of waitpid(2), once it has ended */
	bool ended;
};

/*
 * Forks a process that will run argv as the caller, with everything else as we
 * were started with, and waits to be let go. To be called before signals are
 * blocked. 0 or -errno.
 */
int command_start(struct command *command, char *const *argv, const struct caller *caller);
/* Its first instruction may come. 0, or -errno: why it did not. */
int command_go(struct command *command);
/* Sends it a signal. */
void command_signal(const struct command *command, int sig);
/* Takes its end, waiting for it. */
void command_reap(struct command *command);
/* As a shell tells it: 128+N for signal N. */
int command_exit_status(const struct command *command);
/* Lets go of it; one that was not let go before ends, and never begins. */
void command_free(struct command *command);

#endif
