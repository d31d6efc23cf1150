/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One test = one function, run in a forked child with a network namespace of
 * its own. The child must say that it passed: a crash, a silent end or a
 * deadline is a failure.
 */
#ifndef LIVE_HARNESS_H
#define LIVE_HARNESS_H

#include <stdbool.h>
#include <sys/types.h>

struct test {
	const char *name;
	const char *proves;
	void (*run)(void);
	int seconds; /* deadline, 0: TEST_SECONDS */
};

#define TEST_SECONDS 20
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* What the command line said; the same for every test. */
struct config {
	const char *porttrace;
	const char *results; /* file the result lines are appended to, or NULL */
	char *extra[32];     /* arguments for every porttrace, ended by NULL */
	int scale;           /* deadlines are multiplied by it (slow machines) */
	int jobs;            /* that many tests at a time */
};

extern struct config config;

struct tally {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
};

#define JOBS_MAX 16

/* Runs each in a child, up to jobs at a time (JOBS_MAX), and records the results. */
void harness_run(const struct test *const *tests, size_t count, int jobs, struct tally *tally);

/* The rest is for use inside of a test, or of a process it forked. */

__attribute__((noreturn, format(printf, 1, 2))) void test_fail(const char *fmt, ...);
__attribute__((noreturn, format(printf, 1, 2))) void test_skip(const char *fmt, ...);

/* Counts as something proved; fails the test when ok is false. */
__attribute__((format(printf, 2, 3))) void check(bool ok, const char *fmt, ...);

/* Called once when the test ends by itself, whatever its verdict; the last one first. */
void test_at_end(void (*clean)(void));

/* Milliseconds until the test's deadline, 0 when it has passed. */
int time_left(void);
long long now_ms(void);

/* The namespace the suite was started in, and the one the test runs in. */
int host_netns(void);

#endif
