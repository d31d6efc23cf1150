// SPDX-License-Identifier: GPL-2.0-only
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"
#include "tracer.h"

#define CLEAN_UPS_MAX 8
#define VERDICT_MAX 32768
#define GRACE_MS 3000 /* beyond the deadline, before the harness itself ends a test */
#define TRIES 3       /* of a test that failed when the kernel had skipped a hook, and said so */

struct config config = { .porttrace = "build/porttrace", .scale = 1, .jobs = 1 };

/* State of the one test this process runs. */
static int verdict_fd = -1;
static int host_fd = -1;
static long long deadline_ms;
static unsigned int checks;
static void (*clean_ups[CLEAN_UPS_MAX])(void);
static int n_clean_ups;
static pid_t test_pid; /* of the test itself, not of what it forks */
static bool failing;

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int time_left(void)
{
	long long left = deadline_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

int host_netns(void)
{
	return host_fd;
}

void test_at_end(void (*clean)(void))
{
	if (n_clean_ups == CLEAN_UPS_MAX)
		test_fail("more than %d things to clean up", CLEAN_UPS_MAX);
	clean_ups[n_clean_ups++] = clean;
}

static void send_verdict(const char *text)
{
	size_t len = strlen(text);

	while (n_clean_ups && getpid() == test_pid)
		clean_ups[--n_clean_ups]();
	if (send(verdict_fd, text, len < VERDICT_MAX ? len : VERDICT_MAX - 1, MSG_NOSIGNAL) < 0)
		_exit(3);
}

/* A verdict: a letter and the message: "P", "FNot seen", "SNo MPTCP here"; K is F, with skips told. */
static char *verdict_new(char letter, const char *fmt, va_list args)
{
	char *text = calloc(1, VERDICT_MAX);

	if (!text)
		_exit(3);
	text[0] = letter;
	vsnprintf(text + 1, 1024, fmt, args);
	return text;
}

void test_fail(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = verdict_new('F', fmt, args);
	va_end(args);
	if (getpid() == test_pid && !failing) {
		failing = true; /* reading on may fail, too */
		if (tracer_tells_of_skips())
			text[0] = 'K';
	}
	tracer_describe_all(text + strlen(text), VERDICT_MAX - strlen(text));
	send_verdict(text);
	_exit(1);
}

void test_skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	send_verdict(verdict_new('S', fmt, args));
	va_end(args);
	_exit(0);
}

void check(bool ok, const char *fmt, ...)
{
	va_list args;
	char text[1024];

	checks++;
	if (ok)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	test_fail("%s", text);
}

static void child_main(const struct test *test)
{
	test_pid = getpid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_IGN);
	host_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (host_fd < 0)
		test_fail("/proc/self/ns/net: %s", strerror(errno));
	netns_enter_new();
	test->run();
	tracer_finish_all();
	if (checks == 0)
		test_fail("the test ended without having proved anything");
	send_verdict("P");
	_exit(0);
}

/* A test under way. */
struct running {
	const struct test *test;
	pid_t pid;
	int pidfd;
	int fd; /* its verdict comes here */
	long long start;
	long long end; /* from then on it is late */
	int tries;     /* before this one */
};

/* The child's verdict; the harness says so itself when the child cannot. */
static void read_verdict(const struct running *run, char *text)
{
	ssize_t len = recv(run->fd, text, VERDICT_MAX - 1, MSG_DONTWAIT);

	if (len > 0)
		text[len] = '\0';
	else if (now_ms() >= run->end)
		snprintf(text, VERDICT_MAX, "Fthe test did not end within its deadline");
	else
		snprintf(text, VERDICT_MAX, "Fthe test's process ended without a verdict");
}

/* Ends what the test has left over: all of it is in the test's process group. */
static void reap_group(pid_t pgid)
{
	long long end = now_ms() + 5000LL * config.scale;

	kill(-pgid, SIGKILL);
	while (now_ms() < end) {
		pid_t pid = waitpid(-pgid, NULL, WNOHANG);
		if (pid < 0)
			return;
		if (pid == 0)
			poll(NULL, 0, 1);
	}
}

static void write_result(const char *status, const struct test *test, const char *reason)
{
	char line[256];
	FILE *file;

	if (!config.results)
		return;
	file = fopen(config.results, "ae");
	if (!file) {
		fprintf(stderr, "live: %s: %s\n", config.results, strerror(errno));
		exit(2);
	}
	snprintf(line, sizeof(line), "%.255s", reason);
	line[strcspn(line, "\n")] = '\0';
	for (char *c = line; *c; c++) {
		if (*c == '\t' || *c == '\r')
			*c = ' ';
	}
	fprintf(file, "%s\tkernel\t%s\t%s\n", status, test->name, line);
	fclose(file);
}

static void report(const struct test *test, const char *verdict, long long ms, struct tally *tally)
{
	const char *status = verdict[0] == 'P' ? "PASS" : verdict[0] == 'S' ? "SKIP" : "FAIL";
	const char *reason = verdict + 1;

	if (verdict[0] == 'P')
		tally->passed++;
	else if (verdict[0] == 'S')
		tally->skipped++;
	else
		tally->failed++;
	printf("%s  %-24s %5lld ms  %s\n", status, test->name, ms, reason);
	if (!strcmp(status, "FAIL"))
		printf("      should prove: %s\n", test->proves);
	fflush(stdout);
	write_result(status, test, reason);
}

static void start_test(const struct test *test, int tries, struct running *run)
{
	int seconds = (test->seconds ? test->seconds : TEST_SECONDS) * config.scale;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		perror("live: socketpair");
		exit(2);
	}
	fflush(stdout);
	*run = (struct running){ .test = test, .fd = pair[0], .start = now_ms(), .tries = tries };
	deadline_ms = run->start + seconds * 1000LL;
	run->end = deadline_ms + GRACE_MS;
	run->pid = fork();
	if (run->pid < 0) {
		perror("live: fork");
		exit(2);
	}
	if (run->pid == 0) {
		verdict_fd = pair[1];
		close(pair[0]);
		child_main(test);
	}
	close(pair[1]);
	setpgid(run->pid, run->pid);
	run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
}

/* Waits until one of them has a verdict, is gone, or is late: which one. */
static int await_one(const struct running *runs, int count)
{
	struct pollfd fds[2 * JOBS_MAX];

	for (int i = 0; i < count; i++) {
		fds[2 * i] = (struct pollfd){ .fd = runs[i].fd, .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = runs[i].pidfd, .events = POLLIN };
	}
	while (true) {
		long long left = runs[0].end;

		for (int i = 0; i < count; i++) {
			if (fds[2 * i].revents || fds[2 * i + 1].revents || now_ms() >= runs[i].end)
				return i;
			left = runs[i].end < left ? runs[i].end : left;
		}
		left -= now_ms();
		poll(fds, 2 * count, left > 0 ? (int)left : 0);
	}
}

/*
 * Since v5.12 the kernel skips a program that would interrupt itself on its CPU,
 * since v6.13 also one that another process was in when it lost the CPU: rarely,
 * but now and then in a hundred tests on a slow machine. porttrace tells of it;
 * a test that has just found out what was skipped deserves another chance.
 */
static bool deserves_another(const struct running *run, const char *verdict)
{
	if (verdict[0] != 'K' || run->tries + 1 >= TRIES)
		return false;
	printf("AGAIN %-24s the kernel skipped a hook; %.120s\n", run->test->name, verdict + 1);
	return true;
}

/* Whether it is to be started again. */
static bool finish_test(const struct running *run, struct tally *tally)
{
	static char verdict[VERDICT_MAX];

	read_verdict(run, verdict);
	reap_group(run->pid);
	close(run->fd);
	if (run->pidfd >= 0)
		close(run->pidfd);
	if (deserves_another(run, verdict))
		return true;
	report(run->test, verdict, now_ms() - run->start, tally);
	return false;
}

void harness_run(const struct test *const *tests, size_t count, int jobs, struct tally *tally)
{
	struct running runs[JOBS_MAX];
	size_t next = 0;
	int busy = 0;

	while (next < count || busy) {
		int done;

		while (busy < jobs && next < count)
			start_test(tests[next++], 0, &runs[busy++]);
		done = await_one(runs, busy);
		if (finish_test(&runs[done], tally))
			start_test(runs[done].test, runs[done].tries + 1, &runs[done]);
		else
			runs[done] = runs[--busy];
	}
}
