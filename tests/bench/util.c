// SPDX-License-Identifier: GPL-2.0-only
/* Time, numbers, children. */
#include "bench.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* No spinner outlives this, whatever becomes of its parent. */
#define SPIN_NS (300 * NS_PER_S)

void die(const char *format, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	fflush(stdout);
	_exit(1);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

void row(const char *figure, const char *wanted, bool ok, const char *format, ...)
{
	char measured[256];
	va_list args;

	va_start(args, format);
	vsnprintf(measured, sizeof(measured), format, args);
	va_end(args);
	say("ROW\t%s\t%s\t%s\t%s", figure, wanted, measured, ok ? "ok" : "MISSED");
}

void row_skipped(const char *figure, const char *wanted, const char *why)
{
	say("ROW\t%s\t%s\t%s\tskipped", figure, wanted, why);
}

uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void sleep_until(uint64_t when_ns)
{
	struct timespec when = {
		.tv_sec = (time_t)(when_ns / NS_PER_S),
		.tv_nsec = (long)(when_ns % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
		;
}

uint64_t number(const char *text, uint64_t max)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || value > max || text[0] == '-')
		die("%s: a number up to %llu was expected", text, (unsigned long long)max);
	return value;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

double quantile(double *values, size_t count, double part)
{
	size_t at = (size_t)((double)count * part);

	if (!count)
		die("nothing was measured");
	qsort(values, count, sizeof(*values), compare);
	return values[at < count ? at : count - 1];
}

int last_cpu(void)
{
	return (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

void pin_process(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned int)cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		die("cannot pin to CPU %d: %s", cpu, strerror(errno));
}

void pin_to(int cpu)
{
	pin_process(0, cpu);
}

void unpin(void)
{
	unsigned int cpu;
	cpu_set_t set;

	CPU_ZERO(&set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot unpin: %s", strerror(errno));
}

void raise_nofile(unsigned int files)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		die("getrlimit: %s", strerror(errno));
	if (limit.rlim_cur >= files)
		return;
	limit.rlim_cur = files;
	if (limit.rlim_max < files)
		limit.rlim_max = files;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("cannot open %u files: %s", files, strerror(errno));
}

pid_t fork_child(void)
{
	pid_t parent = getpid(), pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return 0;
}

void reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		die("a load failed (wait status %#x)", (unsigned int)status);
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	return memory;
}

int pidfd_of(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		die("pidfd_open: %s", strerror(errno));
	return fd;
}

int signal_pidfd(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

static _Noreturn void spin(int cpu)
{
	struct sched_param param = {};
	uint64_t deadline = now_ns() + SPIN_NS;

	pin_to(cpu);
	if (sched_setscheduler(0, SCHED_IDLE, &param))
		_exit(1);
	while (now_ns() < deadline)
		;
	_exit(0);
}

void spinners_start(struct spinners *spinners)
{
	int cpu, cpus = last_cpu() + 1;

	spinners->count = 0;
	for (cpu = 0; cpu < cpus && cpu < (int)ARRAY_SIZE(spinners->pid); cpu++) {
		pid_t pid = fork_child();

		if (!pid)
			spin(cpu);
		spinners->pid[spinners->count++] = pid;
	}
}

void spinners_stop(struct spinners *spinners)
{
	while (spinners->count) {
		pid_t pid = spinners->pid[--spinners->count];

		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}
