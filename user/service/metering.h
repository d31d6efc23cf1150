/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of a service in a file, for node_exporter: counted as events pass, written every few seconds. */
#ifndef PORTTRACE_SERVICE_METERING_H
#define PORTTRACE_SERVICE_METERING_H

#include "model/verdict.h"
#include "output/metrics.h"
#include "service/canary.h"
#include "session/session.h"

struct metering {
	const char *path; /* NULL: nothing is written */
	struct timers *timers;
	void (*gather)(struct metrics *metrics, void *arg); /* what its owner knows */
	void *arg;
	struct timer timer;
	bool failed; /* the last write did, and it was said */
	struct metrics metrics;
};

/* An event passed, judged or not. */
void metering_note(struct metering *metering, const struct event *event);
/* The policy found something of that severity. */
void metering_alert(struct metering *metering, enum severity severity);
/* A policy of so many rules is in use from now on; or another was to be, and was refused. */
void metering_policy(struct metering *metering, size_t rules);
void metering_refused(struct metering *metering);
/* Something else has changed. */
void metering_touch(struct metering *metering);
/* Now; says, once, when it cannot, and when it can again. */
void metering_write(struct metering *metering);
void metering_start(struct metering *metering);
void metering_stop(struct metering *metering);

/* Into metrics, each its part. */
void metering_gather_session(struct metrics *metrics, struct session *session);
void metering_gather_coverage(struct metrics *metrics, const struct coverage *coverage);
void metering_gather_journal(struct metrics *metrics, const struct journal *journal);
void metering_gather_canary(struct metrics *metrics, const struct canary *canary);

#endif
