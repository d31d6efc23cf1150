/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of "close" share: what closes, and what ends processes, whoever asks for it. */
#ifndef PORTTRACE_CMD_CLOSE_INTERNAL_H
#define PORTTRACE_CMD_CLOSE_INTERNAL_H

#include "cmd/close.h"
#include "cmd/listing.h"

/* One socket to be closed. */
struct target {
	struct socket_info socket;
	struct process *const *holders; /* borrowed of what is open before */
	size_t n_holders;
	int err; /* of diag_destroy() */
};

struct targets {
	struct target *list; /* owned */
	size_t n;
	bool destroyed; /* their sockets were closed, or it was tried; else holders alone were ended */
	bool by_keys; /* who asks for it has the keys of top, and no options */
};

struct closing {
	/* The caller's. */
	struct listing listing;        /* its options, and what is meant */
	const struct consent *consent; /* NULL: nobody is asked */
	bool destroys;
	bool kills;
	bool dry_run;
	bool force;
	bool unexpected; /* what is meant was judged */

	struct targets targets;
	bool failed; /* no memory for a target */
};

/*
 * Shows what is meant, says why it must not be done, asks, does it, and looks again.
 * An exit status. closing_free() either way.
 */
int closing_run(struct closing *closing);
void closing_free(struct closing *closing);

#define TARGET_TEXT 96

/* "tcp/8080 on 127.0.0.1" */
const char *target_text(const struct socket_info *socket, char text[TARGET_TEXT]);

/*
 * Whether the session this runs in depends on one of them: then it says on which,
 * and why. pids_known: the holders' numbers are of our pid namespace. STATUS_OK or STATUS_NO.
 */
int close_guard_session(const struct targets *targets, bool pids_known);
/* The same of processes that would be ended: this one's ancestors. */
int close_guard_kill(const struct targets *targets);

/* Closes each; the outcome is in target.err. */
void close_destroy(struct targets *targets, struct open_now *now);
/*
 * Ends each process that holds one: SIGTERM, and SIGKILL where that does not help. With consent
 * that is asked before either, and what came of it is said. STATUS_OK or STATUS_NO.
 */
int close_kill(const struct targets *targets, const struct consent *consent);

/*
 * Looks again, some time too, and says what is still open or open again, and what would end
 * that. before: what was open. Returns the exit status of the command.
 */
int close_verify(const struct targets *targets, const struct open_now *before, bool killed,
		 const char *btf_path);

#endif
