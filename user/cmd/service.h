/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What makes a service of watch: it tells its manager how it is, and proves
 * every ten seconds that it sees.
 */
#ifndef PORTTRACE_CMD_SERVICE_H
#define PORTTRACE_CMD_SERVICE_H

#include "base/notify.h"
#include "cmd/stream.h"
#include "service/canary.h"
#include "service/metering.h"
#include "service/state_file.h"

#define SERVICE_STATUS 256

struct service {
	struct stream *stream;           /* borrowed */
	bool on;                         /* it is one: nothing below is at work else */
	const struct coverage *coverage; /* borrowed */
	struct notify notify;
	struct canary canary;
	struct metering metering;
	struct state_file state;
	struct past *past; /* until what is open is told */
	struct timer save;
	struct timer watchdog;
	struct timer status;
	bool started;   /* what is open was told */
	bool ready;     /* and the manager knows */
	bool reloading; /* likewise */
	bool blind;     /* and it was said */
	uint64_t lost;  /* records, as far as counted */
	char said[SERVICE_STATUS];
};

/*
 * Is it one? A manager that waits to be told, or an option of services, makes it
 * so. Before stream_open(), of which it takes events first. An exit status; what
 * is wrong it has said.
 */
int service_open(struct service *service, struct stream *stream);
/* Between stream_open() and stream_start(): what the last run left is to be compared. */
void service_recall(struct service *service);
/* What is open is told, from now on it goes on: behind stream_start(). */
void service_start(struct service *service, const struct coverage *coverage);
/* Around what a SIGHUP asks for. */
void service_reloading(struct service *service);
void service_reloaded(struct service *service);
/* The loop has ended. */
void service_stop(struct service *service);
void service_close(struct service *service);

#endif
