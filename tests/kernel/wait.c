// SPDX-License-Identifier: GPL-2.0-only
/* porttrace wait: from a port that is not open to the answer. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "opener.h"
#include "process.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "tracer.h"

#define PORT 8080

/* `porttrace wait ARGS…` for the test's own namespace. */
static struct tracer *wait_launch(const char *port, const char *a, const char *b)
{
	static char netns[24];

	snprintf(netns, sizeof(netns), "%lu", netns_inode());
	return tracer_launch(
		&(struct launch){ .command = "wait", .args = { "--netns", netns, port, a, b } });
}

/* The number of the system call the process is in, -1: in none. proc_pid_syscall(5) */
static long syscall_of(pid_t pid)
{
	char path[64];
	long number = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		test_skip("/proc/PID/syscall is not there (CONFIG_HAVE_ARCH_TRACEHOOK)");
	if (!file || fscanf(file, "%ld", &number) != 1)
		number = -1;
	if (file)
		fclose(file);
	return number;
}

/* It has attached and looked, and sleeps until something happens. */
static void await_waiting(const struct tracer *tracer)
{
	long number;

	do {
		check(time_left() > 0, "porttrace wait does not come to wait");
		poll(NULL, 0, 1);
		number = syscall_of(tracer->pid);
	} while (number != SYS_epoll_pwait
#ifdef SYS_epoll_wait
		 && number != SYS_epoll_wait
#endif
	);
}

static void expect_end(struct tracer *tracer, int want)
{
	int status;

	while (tracer_pump(tracer, time_left()) > 0)
		;
	status = tracer_wait(tracer);
	check(status == want, "exit status %d, expected %d; stderr: %s", status, want,
	      tracer->errors);
}

static void expect_one(struct tracer *tracer, const char *name, int port)
{
	expect_end(tracer, 0);
	check(tracer->count == 1, "%zu events, expected one", tracer->count);
	check(!strcmp(tracer->events[0]->name, name), "`%s`, expected `%s`",
	      tracer->events[0]->name, name);
	check(tracer->events[0]->port == port, "port %d, expected %d", tracer->events[0]->port,
	      port);
}

static void opens_tcp(void)
{
	struct tracer *tracer = wait_launch("8080", NULL, NULL);
	int other, fd;

	await_waiting(tracer);
	other = tcp_listen("127.0.0.1", PORT + 1);
	fd = tcp_listen("127.0.0.1", PORT);
	expect_one(tracer, "open", PORT);
	expect_process(tracer->events[0], getpid());
	sock_close(fd);
	sock_close(other);
}

static void opens_udp(void)
{
	struct tracer *tracer = wait_launch("udp/8080", NULL, NULL);
	int tcp, udp;

	await_waiting(tracer);
	tcp = tcp_listen("127.0.0.1", PORT);
	udp = udp_bind("127.0.0.1", PORT);
	expect_one(tracer, "open", PORT);
	expect_text(tracer->events[0], "proto", "udp");
	sock_close(tcp);
	sock_close(udp);
}

static void open_already(void)
{
	int fd = tcp_listen("127.0.0.1", PORT);
	struct tracer *tracer = wait_launch("tcp/8080", NULL, NULL);

	expect_one(tracer, "existing", PORT);
	check(event_held_by(tracer->events[0], getpid()), "it is not held by the test");
	sock_close(fd);
}

/* Whatever it does just then: between its attaching and its looking there is no gap. */
static void opens_meanwhile(void)
{
	for (int i = 0; i < 5; i++) {
		struct tracer *tracer = wait_launch("tcp/8080", NULL, NULL);
		int fd;

		poll(NULL, 0, i * 30); /* any moment of its start will do */
		fd = tcp_listen("127.0.0.1", PORT);
		expect_end(tracer, 0);
		check(tracer->count == 1, "%zu events, expected one", tracer->count);
		sock_close(fd);
	}
}

static void opens_where(void)
{
	struct tracer *tracer = wait_launch("tcp/8080", "--on", "loopback");
	int any, loopback;

	await_waiting(tracer);
	any = tcp_listen("0.0.0.0", PORT);
	sock_close(any);
	loopback = tcp_listen("127.0.0.1", PORT);
	expect_one(tracer, "open", PORT);
	expect_text(tracer->events[0], "scope", "loopback");
	sock_close(loopback);
}

static void opens_by_program(void)
{
	struct opener other = opener_start(AS_PROGRAM);
	struct tracer *tracer = wait_launch("8080", "--exe", opener_program());
	struct spec spec = { .addr = "127.0.0.1", .port = PORT };
	int fd;

	await_waiting(tracer);
	fd = tcp_listen("127.0.0.1", PORT);
	sock_close(fd);
	opener_open(&other, &spec);
	expect_one(tracer, "open", PORT);
	expect_process(tracer->events[0], other.child.pid);
	opener_close(&other);
}

/* The kernel gives the memory of one that closed to the next: it is another all the same. */
static void opens_in_place_of_another(void)
{
	int other = tcp_listen("127.0.0.2", PORT), fd;
	struct tracer *tracer = wait_launch("tcp/8080", "--comm", OPENER_COMM);

	await_waiting(tracer);
	sock_close(other);
	prctl(PR_SET_NAME, OPENER_COMM, 0, 0, 0);
	fd = tcp_listen("127.0.0.2", PORT);
	expect_one(tracer, "open", PORT);
	sock_close(fd);
}

static void closes_tcp(void)
{
	int one = tcp_listen("127.0.0.1", PORT), two = tcp_listen("127.0.0.2", PORT), three;
	struct tracer *tracer = wait_launch("tcp/8080", "--closed", NULL);

	await_waiting(tracer);
	three = tcp_listen("127.0.0.3", PORT);
	sock_close(one);
	sock_close(two);
	tracer_expect(tracer, "close", PORT);
	tracer_expect(tracer, "close", PORT);
	await_waiting(tracer); /* it goes on, for there is one more */
	sock_close(three);
	expect_end(tracer, 0);
	tracer_history(tracer, PORT, "close,close,close");
}

static void closes_udp(void)
{
	int fd = udp_bind("127.0.0.1", PORT);
	struct tracer *tracer = wait_launch("udp/8080", "--closed", NULL);

	await_waiting(tracer);
	sock_close(fd);
	expect_one(tracer, "close", PORT);
}

static void closed_already(void)
{
	int other = tcp_listen("127.0.0.1", PORT + 1);
	struct tracer *tracer = wait_launch("8080", "--closed", NULL);

	expect_end(tracer, 0);
	check(!tracer->count, "%zu events of a port that is not open", tracer->count);
	check(strstr(tracer->errors, "not open"), "stderr does not say so: %s", tracer->errors);
	sock_close(other);
}

static void times_out(void)
{
	struct tracer *tracer = wait_launch("8080", "--timeout", "100ms");
	int fd;

	expect_end(tracer, 1);
	check(strstr(tracer->errors, "8080 did not open within 100ms"), "stderr: %s",
	      tracer->errors);
	fd = tcp_listen("127.0.0.1", PORT);
	tracer = wait_launch("8080", "--closed", "--timeout=100ms");
	expect_end(tracer, 1);
	check(strstr(tracer->errors, "still open after 100ms"), "stderr: %s", tracer->errors);
	sock_close(fd);
}

/* The longest time that --timeout takes is longer than the clock has left. */
static void waits_for_ever(void)
{
	struct tracer *tracer = wait_launch("8080", "--timeout", "18446744073s");
	int fd;

	await_waiting(tracer);
	fd = tcp_listen("127.0.0.1", PORT);
	expect_end(tracer, 0);
	sock_close(fd);
}

static void ends_by_signal(void)
{
	static const int signals[] = { SIGINT, SIGTERM };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct tracer *tracer = wait_launch("8080", NULL, NULL);

		await_waiting(tracer);
		tracer_signal(tracer, signals[i]);
		expect_end(tracer, 128 + signals[i]);
		check(!tracer->count, "%zu events", tracer->count);
	}
}

static void wait_as_nobody(const char *port, const char *a, const char *b, int status,
			   struct outcome *outcome)
{
	const char *const args[] = { "wait", "-j", port, a, b, NULL };

	run_porttrace(args, true, outcome);
	check(outcome->status == status, "exit status %d, expected %d; stderr: %s", outcome->status,
	      status, outcome->err);
}

/* In the namespace the suite was started in: others are not open to nobody. */
static void looks_without_privilege(void)
{
	static struct outcome outcome;
	char port[24];
	int fd;

	netns_enter(host_netns());
	fd = tcp_listen("127.0.0.1", 0);
	snprintf(port, sizeof(port), "tcp/%d", sock_port(fd));
	wait_as_nobody(port, NULL, NULL, 0, &outcome);
	check(strstr(outcome.out, "\"existing\""), "stdout: %s", outcome.out);
	check(strstr(outcome.err, "CAP_"), "stderr names no capability: %s", outcome.err);
	wait_as_nobody(port, "--closed", "--timeout=50ms", 1, &outcome);
	check(strstr(outcome.err, "looked for every"), "stderr: %s", outcome.err);
	sock_close(fd);
	wait_as_nobody(port, "--closed", NULL, 0, &outcome);
	wait_as_nobody(port, "--timeout=50ms", NULL, 1, &outcome);
	wait_as_nobody(port, "--strict", NULL, 3, &outcome);
}

/* The fourth argument of the epoll_wait() it is in: how long it sleeps at most, in milliseconds. */
static int timeout_of(pid_t pid)
{
	unsigned long long timeout = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "re");
	check(file && fscanf(file, "%*d %*x %*x %*x %llx", &timeout) == 1, "%s: no arguments",
	      path);
	fclose(file);
	return (int)timeout;
}

static void does_not_poll(void)
{
	struct tracer *tracer;
	int fd;

	if (!access("/sys/module/sctp", F_OK))
		test_skip("SCTP is loaded: its tracepoint has to be asked for skipped runs");
	tracer = wait_launch("8080", NULL, NULL);
	await_waiting(tracer);
	check(timeout_of(tracer->pid) == -1, "it wakes up by itself after %d ms",
	      timeout_of(tracer->pid));
	fd = tcp_listen("127.0.0.1", PORT);
	expect_one(tracer, "open", PORT);
	sock_close(fd);
}

const struct test wait_tests[] = {
	{ "wait-open", "wait: the port opens, which is told, and it ends with 0", opens_tcp, 0 },
	{ "wait-open-udp", "wait udp/PORT: TCP is not meant", opens_udp, 0 },
	{ "wait-existing", "wait: a port that is open already is told at once", open_already, 0 },
	{ "wait-meanwhile", "wait: a port that opens while it starts is not missed",
	  opens_meanwhile, 20 },
	{ "wait-on", "wait --on: other addresses are not meant", opens_where, 0 },
	{ "wait-exe", "wait --exe: other programs are not meant", opens_by_program, 0 },
	{ "wait-again", "wait: a listener in the place of one that was not meant",
	  opens_in_place_of_another, 0 },
	{ "wait-closed", "wait --closed: all that are open have to close", closes_tcp, 0 },
	{ "wait-closed-udp", "wait --closed: a UDP port", closes_udp, 0 },
	{ "wait-closed-already", "wait --closed: a port that is not open is no wait",
	  closed_already, 0 },
	{ "wait-timeout", "wait --timeout: status 1, and a sentence", times_out, 0 },
	{ "wait-timeout-long", "wait --timeout: not even the longest ends at once", waits_for_ever,
	  0 },
	{ "wait-signal", "wait: SIGINT and SIGTERM end it with 128+N", ends_by_signal, 0 },
	{ "wait-no-privilege", "wait: without privilege it looks again and again, and says so",
	  looks_without_privilege, 0 },
	{ "wait-idle", "wait: nothing wakes it but what it waits for", does_not_poll, 0 },
	{ 0 },
};
