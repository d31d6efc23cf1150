// SPDX-License-Identifier: GPL-2.0-only
/* A reader that stands still, and a ring that overflows. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "event.h"
#include "process.h"
#include "sockets.h"
#include "tests.h"
#include "tracer.h"

#define STOPPED 1000
#define FIRST_PORT 10000

static void stop_tracer(struct tracer *tracer)
{
	tracer_signal(tracer, SIGSTOP);
	process_await_state(tracer->pid, 'T');
}

static void listen_many(int *fds, int first, int count)
{
	for (int i = 0; i < count; i++)
		fds[i] = tcp_listen("127.0.0.1", first + i);
}

static void close_many(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		sock_close(fds[i]);
}

static void reader_stopped(void)
{
	struct tracer *tracer = tracer_start();
	int fds[STOPPED];

	stop_tracer(tracer);
	listen_many(fds, FIRST_PORT, STOPPED);
	tracer_signal(tracer, SIGCONT);
	tracer_sync(tracer);
	check(tracer_count(tracer, "lost", 0) == 0, "a `lost` although the ring had room");
	for (int i = 0; i < STOPPED; i++)
		tracer_history(tracer, FIRST_PORT + i, "open");
	stop_tracer(tracer);
	close_many(fds, STOPPED);
	tracer_signal(tracer, SIGCONT);
	tracer_sync(tracer);
	check(tracer_count(tracer, "lost", 0) == 0, "a `lost` although the ring had room");
	for (int i = 0; i < STOPPED; i++)
		tracer_history(tracer, FIRST_PORT + i, "open,close");
}

/* Kept open by three processes: one before the ring overflows, two behind. */
#define KEEPERS 3
#define KEPT_EACH 10000
#define KEPT (KEEPERS * KEPT_EACH)
#define CHURN 60000
#define CHURN_PORT 9999

static void raise_nofile(rlim_t want)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		test_fail("getrlimit: %s", strerror(errno));
	if (limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want;
	if (limit.rlim_max < want)
		limit.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		test_skip("RLIMIT_NOFILE cannot be raised to %lu: %s", (unsigned long)want,
			  strerror(errno));
}

/* Opens its share of the ports when told. */
static void keep_open(int ctl, void *arg)
{
	int *fds = calloc(KEPT_EACH, sizeof(*fds));

	raise_nofile(KEPT_EACH + 100);
	step_await(ctl);
	listen_many(fds, *(int *)arg, KEPT_EACH);
	step_give(ctl);
	step_await(ctl);
}

static void start_keepers(struct child *keepers)
{
	for (int i = 0; i < KEEPERS; i++) {
		int first = FIRST_PORT + i * KEPT_EACH;

		keepers[i] = child_start(keep_open, &first);
	}
}

static void let_open(struct child *keeper)
{
	step_give(keeper->ctl);
	step_await(keeper->ctl);
}

static void churn(int count)
{
	for (int i = 0; i < count; i++)
		sock_close(tcp_listen("127.0.0.1", CHURN_PORT));
}

/* How often each kept port was told as open. */
static unsigned char *count_told(const struct tracer *tracer)
{
	unsigned char *told = calloc(KEEPERS, KEPT_EACH);

	if (!told)
		test_fail("out of memory");
	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];
		int index = event->port - FIRST_PORT;

		if (index < 0 || index >= KEPT)
			continue;
		if (!strcmp(event->name, "open") || !strcmp(event->of, "open"))
			told[index]++;
		else
			test_fail("port %d: a `%s` %s, but it is open", event->port, event->name,
				  event->of);
	}
	return told;
}

static int count_missing(struct tracer *tracer)
{
	unsigned char *told = count_told(tracer);
	int missing = 0;

	for (int i = 0; i < KEPT; i++) {
		missing += told[i] == 0;
		if (told[i] > 1)
			tracer_history(tracer, FIRST_PORT + i, "open");
	}
	free(told);
	return missing;
}

static long long sum_lost(const struct tracer *tracer)
{
	long long sum = 0;

	for (size_t i = 0; i < tracer->count; i++) {
		if (!strcmp(tracer->events[i]->name, "lost"))
			sum += tracer->events[i]->count;
	}
	return sum;
}

/* Produced = delivered + lost; others on this machine may have added to the loss. */
static void expect_all_accounted(const struct tracer *tracer)
{
	long long produced = (long long)KEPT + 2LL * CHURN;
	long long told = tracer_count(tracer, "open", 0) + tracer_count(tracer, "close", 0);
	long long lost = sum_lost(tracer);

	check(lost > 0, "the ring has overflown, and no `lost` has a count");
	check(told + lost >= produced, "%lld events, %lld told and %lld lost", produced, told,
	      lost);
}

static void await_all_told(struct tracer *tracer)
{
	int missing = KEPT;

	while (missing > 0 && time_left()) {
		if (tracer_pump(tracer, time_left() < 500 ? time_left() : 500) < 0)
			test_fail("porttrace ended, status %d", tracer_wait(tracer));
		missing = count_missing(tracer);
	}
	check(missing == 0, "%d of %d open ports were never told", missing, KEPT);
}

static void ring_overflow(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ .no_lines = true });
	struct child keepers[KEEPERS];

	start_keepers(keepers);
	tracer_ready(tracer);
	stop_tracer(tracer);
	let_open(&keepers[0]);
	churn(CHURN);
	for (int i = 1; i < KEEPERS; i++)
		let_open(&keepers[i]);
	tracer_signal(tracer, SIGCONT);
	await_all_told(tracer);
	tracer_resync(tracer);
	check(count_missing(tracer) == 0, "the same ports were told once more");
	expect_all_accounted(tracer);
}

static unsigned int count_ended(const struct tracer *tracer, int port)
{
	unsigned int count = 0;

	for (size_t i = 0; i < tracer->count; i++) {
		const struct event *event = tracer->events[i];

		count += event->port == port &&
			 (!strcmp(event->name, "close") || !strcmp(event->of, "close"));
	}
	return count;
}

/* A close that was lost: the port that is gone must not stay open for ever. */
static void lost_close(void)
{
	struct tracer *tracer = tracer_launch(&(struct launch){ .no_lines = true });
	int fd;

	tracer_ready(tracer);
	fd = tcp_listen("127.0.0.1", 8080);
	tracer_expect(tracer, "open", 8080);
	stop_tracer(tracer);
	churn(2 * CHURN);
	sock_close(fd);
	tracer_signal(tracer, SIGCONT);
	while (count_ended(tracer, 8080) == 0) {
		check(time_left() > 0, "the end of port 8080 was lost, and never told");
		if (tracer_pump(tracer, time_left()) < 0)
			test_fail("porttrace ended, status %d", tracer_wait(tracer));
	}
	tracer_resync(tracer);
	check(count_ended(tracer, 8080) == 1, "the end of port 8080 was told more than once");
	check(sum_lost(tracer) > 0, "the ring has overflown, and no `lost` has a count");
}

/* The churned port is one socket's at a time: no two of them ever share it. */
static void lost_no_sharing(void)
{
	struct tracer *tracer = tracer_launch(
		&(struct launch){ .args = { "-e", "open,close,change" }, .no_lines = true });

	tracer_ready(tracer);
	stop_tracer(tracer);
	churn(CHURN);
	tracer_signal(tracer, SIGCONT);
	churn(CHURN / 10);
	tracer_resync(tracer);
	check(sum_lost(tracer) > 0, "the ring has overflown, and no `lost` has a count");
	check(tracer_count(tracer, "change", CHURN_PORT) == 0,
	      "%u times a `change` of an exclusive port",
	      tracer_count(tracer, "change", CHURN_PORT));
}

const struct test loss_tests[] = {
	{ "reader-stopped", "1,000 listens while porttrace is stopped: all told, none lost",
	  reader_stopped, 20 },
	{ "ring-overflow", "beyond the ring: a count, and each open port told once", ring_overflow,
	  60 },
	{ "lost-close", "a close beyond the ring is told as recovered", lost_close, 60 },
	{ "lost-no-sharing", "lost closes make no phantom sockets that share a port",
	  lost_no_sharing, 30 },
	{ 0 },
};
