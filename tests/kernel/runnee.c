// SPDX-License-Identifier: GPL-2.0-only
#include "runnee.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "netns.h"
#include "sockets.h"

/* As a daemon should: nobody waits for the end of its output. */
static void leave_output(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
}

/* A process that nobody waits for, in a session of its own; it ends when `until` does. */
static void start_daemon(int port, int told, const int until[2])
{
	char byte = 0;

	if (fork())
		return;
	setsid();
	if (fork())
		_exit(0);
	if (until[1] >= 0)
		close(until[1]);
	leave_output();
	tcp_listen("127.0.0.1", port);
	if (write(told, &byte, 1) != 1 || read(until[0], &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

static void await_daemon(int told)
{
	char byte;

	if (read(told, &byte, 1) != 1)
		_exit(1);
}

/* A TCP and a UDP port, one of a child, one of a daemon that ends with us. */
static int ports(void)
{
	int told[2], until[2];

	netns_enter_new();
	sock_close(tcp_listen("127.0.0.1", RUNNEE_TCP));
	sock_close(udp_bind("127.0.0.1", RUNNEE_UDP));
	if (!fork()) {
		sock_close(tcp_listen("127.0.0.1", RUNNEE_CHILD));
		_exit(0);
	}
	wait(NULL);
	if (pipe(told) || pipe(until))
		return 1;
	start_daemon(RUNNEE_DAEMON, told[1], until);
	wait(NULL); /* the one between */
	await_daemon(told[0]);
	puts("output of it");
	fflush(stdout);
	return RUNNEE_STATUS;
}

/* Ends, while a daemon of it goes on until stdin ends. */
static int leave_daemon(void)
{
	const int until[2] = { STDIN_FILENO, -1 };
	int told[2];

	netns_enter_new();
	if (pipe(told))
		return 1;
	start_daemon(RUNNEE_DAEMON, told[1], until);
	wait(NULL);
	await_daemon(told[0]);
	return 0;
}

static int connects(void)
{
	int listener, client;

	netns_enter_new();
	listener = tcp_listen("127.0.0.1", RUNNEE_TCP);
	client = tcp_connect(0, RUNNEE_TCP);
	sock_close(client);
	sock_close(listener);
	return 0;
}

/* Lines "fd N", and of /proc/self/status those that begin so. */
static int describe(void)
{
	static const char *const fields[] = { "Uid:",    "Gid:",    "Groups:", "CapInh:", "CapPrm:",
					      "CapEff:", "CapAmb:", "SigBlk:", "SigIgn:" };
	static const char *const names[] = { "HOME",     "USER",      "LOGNAME",
					     "SUDO_UID", "SUDO_USER", "SUDO_TTY" };
	DIR *fds = opendir("/proc/self/fd");
	FILE *status = fopen("/proc/self/status", "re");
	struct dirent *entry;
	char line[256];

	while (fds && (entry = readdir(fds)))
		if (*entry->d_name != '.' && atoi(entry->d_name) != dirfd(fds) &&
		    atoi(entry->d_name) != fileno(status))
			printf("fd %s\n", entry->d_name);
	while (status && fgets(line, sizeof(line), status))
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
			if (!strncmp(line, fields[i], strlen(fields[i])))
				printf("%s", line);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		printf("%s=%s\n", names[i], getenv(names[i]) ? getenv(names[i]) : "(none)");
	return 0;
}

static volatile sig_atomic_t taken[65];

static void take(int sig)
{
	taken[sig]++;
}

/* Takes signals until SIGTERM, and says how often each came. */
static int take_signals(void)
{
	static const int signals[] = { SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGTERM };
	struct sigaction action = { .sa_handler = take };
	sigset_t mask, before;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaction(signals[i], &action, NULL);
		sigaddset(&mask, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &mask, &before);
	puts("ready");
	fflush(stdout);
	while (!taken[SIGTERM]) {
		sigsuspend(&before);
		for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
			if (taken[signals[i]] == 1)
				printf("took %d\n", signals[i]);
		fflush(stdout);
		for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
			if (taken[signals[i]] == 1 && signals[i] != SIGTERM)
				taken[signals[i]] = 0;
	}
	return RUNNEE_STATUS;
}

static int kill_self(void)
{
	kill(getpid(), SIGKILL);
	return 0;
}

/* Ends as it should where it was started with SIGCHLD ignored. */
static int is_unheard(void)
{
	return signal(SIGCHLD, SIG_DFL) == SIG_IGN ? RUNNEE_STATUS : 1;
}

/* May open as many files as who started porttrace. */
static int has_few(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 1;
	return limit.rlim_cur == RUNNEE_FILES ? RUNNEE_STATUS : 1;
}

int runnee_main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} all[] = {
		{ "ports", ports },        { "daemon", leave_daemon },  { "connect", connects },
		{ "describe", describe },  { "signals", take_signals }, { "kill", kill_self },
		{ "unheard", is_unheard }, { "few", has_few },
	};

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(all); i++)
		if (!strcmp(all[i].name, argv[1]))
			return all[i].run();
	return 2;
}
