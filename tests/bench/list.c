// SPDX-License-Identifier: GPL-2.0-only
/* One look at what is open, beside ss and lsof: wall time, from exec to exit. */
#include "bench.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS_MAX 32
#define PORTS_PER_ADDR 20000
#define FIRST_PORT 10000

/* Listeners, in processes of their own. */
struct crowd {
	pid_t *pids;
	unsigned int n;
};

static void hold(unsigned int first, unsigned int ports, int ready)
{
	for (unsigned int i = first; i < first + ports; i++) {
		struct sockaddr_in addr = {
			.sin_family = AF_INET,
			.sin_port = htons((uint16_t)(FIRST_PORT + i % PORTS_PER_ADDR)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i / PORTS_PER_ADDR),
		};
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 5))
			die("a listener: %m");
	}
	if (write(ready, "", 1) != 1)
		die("write: %m");
	close(ready);
	for (;;)
		pause();
}

static void crowd_start(struct crowd *crowd, unsigned int processes, unsigned int ports)
{
	int ready[2];
	char byte;

	*crowd = (struct crowd){ .pids = calloc(processes, sizeof(pid_t)) };
	if (!crowd->pids || pipe2(ready, O_CLOEXEC))
		die("a crowd: %m");
	for (; crowd->n < processes; crowd->n++) {
		pid_t pid = fork_child();

		if (!pid)
			hold(crowd->n * ports, ports, ready[1]);
		crowd->pids[crowd->n] = pid;
	}
	close(ready[1]);
	for (unsigned int i = 0; i < processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			die("a process that should listen has ended");
	close(ready[0]);
}

static void crowd_end(struct crowd *crowd)
{
	for (unsigned int i = 0; i < crowd->n; i++)
		kill(crowd->pids[i], SIGKILL);
	for (unsigned int i = 0; i < crowd->n; i++)
		waitpid(crowd->pids[i], NULL, 0);
	free(crowd->pids);
}

enum lister { LIST, SS, LSOF, LISTERS };

static const char *const commands[LISTERS][5] = {
	[LIST] = { "porttrace", "list", "-o", "json" },
	[SS] = { "ss", "-lntup" },
	[LSOF] = { "lsof", "-nPi" },
};

/* 0: it is not there. */
static double run_ms(enum lister lister)
{
	uint64_t began = now_ns();
	pid_t pid = fork_child();
	char path[PATH_MAX];
	int status;

	if (!pid) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		tracer_path(path, "../porttrace");
		execvp(lister == LIST ? path : commands[lister][0], (char **)commands[lister]);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid: %m");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && lister != LIST)
		return 0;
	/* lsof says 1 where it could not look at all of it. */
	if (!WIFEXITED(status) || (WEXITSTATUS(status) && lister != LSOF))
		die("%s ended with %#x", commands[lister][0], (unsigned int)status);
	return (double)(now_ns() - began) / (double)NS_PER_MS;
}

/* In turn, so that what else the machine does is shared fairly. */
static void measure(unsigned int rounds, double median[LISTERS])
{
	static double ms[LISTERS][ROUNDS_MAX];

	for (unsigned int i = 0; i < rounds; i++)
		for (int lister = 0; lister < LISTERS; lister++)
			ms[lister][i] = run_ms((enum lister)lister);
	for (int lister = 0; lister < LISTERS; lister++)
		median[lister] = quantile(ms[lister], rounds, 0.5);
}

static void report_part(const char *of, enum lister other, const double ms[LISTERS], double part)
{
	char figure[64], wanted[64];

	snprintf(figure, sizeof(figure), "list -o json, %s", of);
	snprintf(wanted, sizeof(wanted), "<= %.2f of %s", part, commands[other][0]);
	if (!ms[other]) {
		row_skipped(figure, wanted, "it is not installed");
		return;
	}
	row(figure, wanted, ms[LIST] <= part * ms[other], "%.2f (%.0f ms, %s %.0f ms)",
	    ms[LIST] / ms[other], ms[LIST], commands[other][0], ms[other]);
}

static void report_more(const char *of, const double ms[LISTERS], double more)
{
	char figure[64], wanted[64];

	snprintf(figure, sizeof(figure), "list -o json, %s", of);
	snprintf(wanted, sizeof(wanted), "<= %.0f ms more than ss", more);
	if (!ms[SS])
		row_skipped(figure, wanted, "it is not installed");
	else
		row(figure, wanted, ms[LIST] <= ms[SS] + more, "%+.0f ms (%.0f ms, ss %.0f ms)",
		    ms[LIST] - ms[SS], ms[LIST], ms[SS]);
}

int bench_list(const struct bench_size *size)
{
	unsigned int rounds = size->starts < ROUNDS_MAX ? size->starts : ROUNDS_MAX;
	double ms[LISTERS];
	struct crowd crowd;

	net_private();
	crowd_start(&crowd, 100, 1);
	measure(rounds, ms);
	report_more("100 processes of 1", ms, 30);
	crowd_end(&crowd);
	crowd_start(&crowd, 1000, 20);
	measure(rounds, ms);
	report_part("1,000 processes of 20", SS, ms, 1.0 / 3);
	report_part("1,000 processes of 20", LSOF, ms, 0.1);
	crowd_end(&crowd);
	crowd_start(&crowd, 5000, 2);
	measure(rounds, ms);
	report_part("5,000 processes of 2", SS, ms, 1.0 / 3);
	report_part("5,000 processes of 2", LSOF, ms, 0.1);
	crowd_end(&crowd);
	return 0;
}
