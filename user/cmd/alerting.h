/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch with a policy: every event gets its verdict, what is unexpected becomes an
 * alert, hooks are run, what is required and missing is told, and SIGHUP reads
 * the policy again.
 */
#ifndef PORTTRACE_CMD_ALERTING_H
#define PORTTRACE_CMD_ALERTING_H

#include "alert/alert.h"
#include "alert/judge.h"
#include "alert/missing.h"
#include "cmd/alert_hook.h"
#include "cmd/stream.h"
#include "service/metering.h"

struct alerting {
	struct stream *stream;     /* borrowed, as the next */
	struct metering *metering; /* which counts alerts */
	/* The command's, before alerting_open(); the rest is zero then. */
	alert_count_fn counted; /* where numbers of alerts go; NULL: into the table */
	void *counted_arg;
	bool runs_no_hooks;    /* those of the policy are run by another */
	struct policy *policy; /* until the judge has it */
	struct judge *judge;
	struct judgement judgement; /* of the event at hand */
	struct alerts *alerts;
	struct missing *missing;
	struct alert_hook hook;
	struct timer counts;
	struct timer absence;
	bool on;
	bool streams; /* between alerting_start() and alerting_stop() */
	/* At work in a reload. */
	const struct policy *before;
	size_t n_ports;
	size_t n_unexpected;
};

/*
 * Reads the policy, if one is asked for, and says what is wrong with it; before
 * stream_open(), of which it wants more events then. An exit status.
 */
int alerting_open(struct alerting *alerting, struct stream *stream, struct metering *metering);
/* Once the stream is open. An exit status. */
int alerting_attach(struct alerting *alerting);
/* What is open is told: from now on what is required may be missing. */
void alerting_start(struct alerting *alerting);
/* SIGHUP: a file with an error leaves the policy as it is. */
void alerting_reload(struct alerting *alerting);
/* Nothing more is told by the stream: what was counted is. */
void alerting_stop(struct alerting *alerting);
void alerting_close(struct alerting *alerting);

#endif
