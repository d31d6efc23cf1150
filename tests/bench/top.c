// SPDX-License-Identifier: GPL-2.0-only
/*
 * top as it is used: 10,000 open ports of real sockets, 5,000 changes a second of others, a terminal
 * that takes all that is drawn. What it takes of a processor, and how long a key takes to the screen.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORTS 10000
#define PAIRS 2500 /* a second: an open and a close each */
#define KEYS_MAX 500
#define KEY_EVERY_NS (50 * NS_PER_MS)
#define START_NS (10 * NS_PER_S)

struct terminal {
	int master;
	struct tracer top; /* its pid alone */
	char last[64 * 1024];
	size_t len;
};

static void open_terminal(struct terminal *terminal)
{
	const struct winsize size = { .ws_row = 40, .ws_col = 120 };
	char path[PATH_MAX];
	pid_t parent = getpid();

	tracer_path(path, "../porttrace");
	terminal->top.pid = forkpty(&terminal->master, NULL, NULL, &size);
	if (terminal->top.pid < 0)
		die("a terminal: %s", strerror(errno));
	if (terminal->top.pid)
		return;
	unpin();
	net_home();
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	if (getppid() == parent)
		execl(path, "porttrace", "top", NULL);
	_exit(127);
}

/* Reads what is drawn until the text is in it: then what stands behind it is forgotten, too. */
static bool await(struct terminal *terminal, const char *text, uint64_t until)
{
	struct pollfd fd = { .fd = terminal->master, .events = POLLIN };
	ssize_t n;

	for (uint64_t now = now_ns(); now < until; now = now_ns()) {
		if (poll(&fd, 1, (int)((until - now) / NS_PER_MS) + 1) <= 0)
			continue;
		if (terminal->len > sizeof(terminal->last) / 2) { /* a text may be in two pieces */
			memmove(terminal->last, terminal->last + terminal->len - 64, 64);
			terminal->len = 64;
		}
		n = read(terminal->master, terminal->last + terminal->len,
			 sizeof(terminal->last) - 1 - terminal->len);
		if (n <= 0)
			die("top has ended");
		terminal->len += (size_t)n;
		terminal->last[terminal->len] = '\0';
		if (text && strstr(terminal->last, text)) {
			terminal->len = 0;
			return true;
		}
	}
	return false;
}

static void press(const struct terminal *terminal, const char *key)
{
	if (write(terminal->master, key, strlen(key)) != (ssize_t)strlen(key))
		die("a key: %s", strerror(errno));
}

/* '?' opens a pane over the table, and Escape closes it. */
static double key_ms(struct terminal *terminal)
{
	uint64_t from = now_ns();

	press(terminal, "?");
	if (!await(terminal, "PgUp PgDn", from + 5 * NS_PER_S))
		die("a key does nothing");
	return (double)(now_ns() - from) / NS_PER_MS;
}

static unsigned int press_keys(struct terminal *terminal, double *ms, uint64_t for_ns)
{
	uint64_t until = now_ns() + for_ns;
	unsigned int n = 0;

	while (n < KEYS_MAX && now_ns() < until) {
		ms[n++] = key_ms(terminal);
		await(terminal, NULL, now_ns() + KEY_EVERY_NS);
		press(terminal, "\033");
		await(terminal, NULL, now_ns() + 2 * KEY_EVERY_NS);
	}
	return n;
}

static pid_t change(unsigned int seconds)
{
	pid_t pid = fork_child();

	if (pid)
		return pid;
	pin_to(last_cpu());
	listen_paced(PAIRS, seconds * NS_PER_S);
	_exit(0);
}

static void report(double share, double *ms, unsigned int n)
{
	double median = quantile(ms, n, 0.5), p99 = quantile(ms, n, 0.99);

	row("top, 10,000 ports, 5,000 changes/s", "<= 20 % of a core", share <= 20, "%.1f %%",
	    share);
	row("top, from a key to the screen", "p99 <= 50 ms", p99 <= 50,
	    "%.1f ms, median %.1f ms (n=%u)", p99, median, n);
}

int bench_top(const struct bench_size *size)
{
	static struct terminal terminal;
	static double ms[KEYS_MAX];
	unsigned int seconds = size->flood_seconds / 2 + 3, n;
	struct keepers keepers;
	double cpu, share;
	uint64_t from;
	pid_t load;

	net_private();
	keepers_open(&keepers, 0, PORTS, 0);
	open_terminal(&terminal);
	if (!await(&terminal, "Quit", now_ns() + START_NS))
		die("top does not draw");
	load = change(seconds);
	await(&terminal, NULL, now_ns() + NS_PER_S); /* until it is in its stride */
	from = now_ns();
	cpu = tracer_cpu_ms(&terminal.top);
	n = press_keys(&terminal, ms, (seconds - 2) * NS_PER_S);
	share = (tracer_cpu_ms(&terminal.top) - cpu) * 100 * NS_PER_MS / (double)(now_ns() - from);
	reap(load);
	kill(terminal.top.pid, SIGTERM);
	close(terminal.master);
	waitpid(terminal.top.pid, NULL, 0);
	keepers_close(&keepers);
	report(share, ms, n);
	return 0;
}
