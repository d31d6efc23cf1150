// SPDX-License-Identifier: GPL-2.0-only
/* What a porttrace that has started may still do, and what it takes to start. */
#define _GNU_SOURCE 1

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event.h"
#include "netns.h"
#include "sockets.h"
#include "spawn.h"
#include "tests.h"
#include "tracer.h"

#define PORT 8080
#define STRANGER 61234 /* where systemd makes users for a service alone */
#define BIT(cap) (1ULL << (cap))

/* capabilities.h of an old C library may lack them. */
#define PERFMON 38
#define BPF 39

#define ALL_KEPT                                                                                   \
	(BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_PTRACE) | \
	 BIT(CAP_DAC_READ_SEARCH))

/* A line of /proc/PID/status. */
static unsigned long long status_of(pid_t pid, const char *name, int base)
{
	unsigned long long value = ~0ULL;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtoull(line + strlen(name) + 1, NULL, base);
	if (file)
		fclose(file);
	return value;
}

static void expect_confined(pid_t pid, unsigned long long kept)
{
	unsigned long long effective = status_of(pid, "CapEff", 16),
			   permitted = status_of(pid, "CapPrm", 16);

	check(effective == kept, "CapEff %llx, expected %llx", effective, kept);
	check(permitted == kept, "CapPrm %llx, expected %llx", permitted, kept);
	check(!status_of(pid, "CapInh", 16), "it would hand capabilities down");
	check(!status_of(pid, "CapAmb", 16), "it would hand capabilities down, ambient ones");
	check(status_of(pid, "NoNewPrivs", 10) == 1, "privileges can be gained");
	check(status_of(pid, "Seccomp", 10) == SECCOMP_MODE_FILTER,
	      "every system call is allowed (CONFIG_SECCOMP_FILTER?)");
}

static void expect_streams(struct tracer *tracer)
{
	int fd = tcp_listen("127.0.0.1", PORT);

	expect_process(tracer_expect(tracer, "open", PORT), getpid());
	sock_close(fd);
	tracer_expect(tracer, "close", PORT);
}

/* Of a user that no file knows: every module that may know him is loaded, and asks whom it asks. */
static void open_as_stranger(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setresgid(STRANGER, STRANGER, STRANGER) ||
		    setresuid(STRANGER, STRANGER, STRANGER))
			_exit(1);
		tcp_listen("127.0.0.1", PORT + 1);
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid && !status, "a child failed");
}

static void confined_root(void)
{
	struct tracer *tracer = tracer_start();

	open_as_stranger();
	expect_num(tracer_expect(tracer, "open", PORT + 1), "process.uid", STRANGER);
	expect_streams(tracer);
	expect_confined(tracer->pid, ALL_KEPT & status_of(getpid(), "CapEff", 16));
}

/* Nobody with the three that the events take: what lacks is said, and not missed otherwise. */
static void confined_nobody(void)
{
	const unsigned long long caps = BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN);
	struct tracer *tracer;

	tracer = tracer_launch(&(struct launch){ .as_nobody = true, .caps = caps });
	tracer_ready(tracer);
	expect_streams(tracer);
	expect_confined(tracer->pid, caps);
}

/*
 * Without CAP_NET_ADMIN hooks other than those of cgroups are taken. tracefs is
 * root's, so it takes CAP_DAC_READ_SEARCH to find them there.
 */
static void confined_no_cgroup(void)
{
	const unsigned long long caps = BIT(BPF) | BIT(PERFMON) | BIT(CAP_DAC_READ_SEARCH);
	int first = tcp_listen("127.0.0.1", PORT + 1); /* which is told in any case */
	struct tracer *tracer;

	tracer = tracer_launch(&(struct launch){ .as_nobody = true, .caps = caps });
	while (!*tracer->errors && !tracer->count && tracer_pump(tracer, time_left()) > 0)
		;
	if (strstr(tracer->errors, "'open tcp' cannot be seen") ||
	    strstr(tracer->errors, "no hook can be attached here")) {
		test_skip("no hook but those of cgroups: %s", tracer->errors);
	}
	tracer_ready(tracer);
	expect_streams(tracer);
	expect_confined(tracer->pid, caps);
	sock_close(first);
}

static void expect_refused(unsigned long long caps, const char *name)
{
	struct tracer *tracer;
	int status;

	tracer = tracer_launch(&(struct launch){ .as_nobody = true, .caps = caps });
	status = tracer_wait(tracer);
	while (tracer_pump(tracer, 100) > 0)
		;
	check(status == 3, "status %d without %s", status, name);
	check(strstr(tracer->errors, name) != NULL, "it does not name %s: %s", name,
	      tracer->errors);
}

static void confined_too_little(void)
{
	expect_refused(BIT(PERFMON) | BIT(CAP_NET_ADMIN), "CAP_BPF");
	expect_refused(BIT(BPF) | BIT(CAP_NET_ADMIN), "CAP_PERFMON");
}

static void confined_doctor(void)
{
	const char *const args[] = { "doctor", NULL };
	struct outcome outcome;

	run_porttrace(args, false, &outcome);
	check(strstr(outcome.out, "sandbox      keeps CAP_BPF, to ") != NULL,
	      "doctor does not say what is kept: %s", outcome.out);
	check(strstr(outcome.out, "no new privileges") != NULL,
	      "doctor does not say what is allowed: %s", outcome.out);
}

const struct test confined_tests[] = {
	{ "confined", "once started it has the capabilities it uses, and a filter for system calls",
	  confined_root, 0 },
	{ "confined-nobody", "it traces without being root, with CAP_BPF, PERFMON and NET_ADMIN",
	  confined_nobody, 0 },
	{ "confined-no-cgroup", "and without CAP_NET_ADMIN, by other hooks than those of cgroups",
	  confined_no_cgroup, 0 },
	{ "confined-too-little", "what it cannot do without is named, with status 3",
	  confined_too_little, 0 },
	{ "confined-doctor", "doctor says what is kept", confined_doctor, 0 },
	{ NULL, NULL, NULL, 0 },
};
