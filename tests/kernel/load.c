// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "netns.h"
#include "process.h"
#include "sockets.h"

#define SERVERS 2
#define LINES_MAX 4

static struct child lines[LINES_MAX], servers[SERVERS];

/* What a process of the load is told at its start. */
struct part {
	struct load *load;
	int line;
	int listener;
};

static void count(int *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

/* Whoever ends it waits for nothing, and its port is free at once. */
static void connect_once(struct load *load, int index, int serial)
{
	int fd = sock_open("127.0.0.1", 0, LOAD_FIRST + index);
	char byte = 'x';

	load->conns[index].client = getpid();
	load->conns[index].serial = serial;
	count(&load->attempts);
	if (fd >= 0 && !sock_connect(fd, "127.0.0.1", LOAD_PORT)) {
		count(&load->connected);
		if (send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1)
			count(&load->answered);
	}
	if (fd >= 0)
		reset(fd);
}

static void run_client(struct load *load, int serial)
{
	char name[16];

	snprintf(name, sizeof(name), "load-%d", serial);
	prctl(PR_SET_NAME, name, 0, 0, 0);
	for (int i = 0; i < load->each; i++)
		connect_once(load, serial * load->each + i, serial);
}

/* The next process gets this number, if the kernel lets us ask and it is free. */
static void ask_for_pid(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid - 1);
	sysctl_set("kernel/ns_last_pid", text);
}

static void run_line(int ctl, void *arg)
{
	struct part *part = arg;
	struct load *load = part->load;
	pid_t first = 0, pid;

	(void)ctl;
	for (int i = 0; i < load->clients; i++) {
		if (first)
			ask_for_pid(first);
		pid = fork();
		if (pid == 0) {
			run_client(load, part->line * load->clients + i);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			test_fail("fork: %s", strerror(errno));
		if (pid == first)
			count(&load->reused);
		if (!first)
			first = pid;
	}
}

static void serve_one(struct load *load, int fd)
{
	int index = sock_remote_port(fd) - LOAD_FIRST;
	char byte;

	count(&load->accepted);
	if (index >= 0 && index < LOAD_MAX)
		load->conns[index].server = getpid();
	if (recv(fd, &byte, 1, 0) == 1)
		send(fd, &byte, 1, MSG_NOSIGNAL);
	recv(fd, &byte, 1, 0); /* until it is reset */
	close(fd);
}

static void run_server(int ctl, void *arg)
{
	struct part *part = arg;

	(void)ctl;
	for (;;) {
		int fd = accept(part->listener, NULL, NULL);

		if (fd >= 0)
			serve_one(part->load, fd);
	}
}

struct load *load_start(int n_lines, int clients, int each)
{
	struct load *load = mmap(NULL, sizeof(*load), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct spec spec = { .addr = "127.0.0.1", .port = LOAD_PORT, .backlog = 1024 };
	struct part part = { .load = load };

	if (load == MAP_FAILED || n_lines > LINES_MAX || n_lines * clients * each > LOAD_MAX)
		test_fail("a load of %d x %d x %d is too much", n_lines, clients, each);
	load->lines = n_lines;
	load->clients = clients;
	load->each = each;
	part.listener = spec_open(&spec);
	for (int i = 0; i < SERVERS; i++)
		servers[i] = child_start(run_server, &part);
	sock_close(part.listener);
	for (part.line = 0; part.line < n_lines; part.line++)
		lines[part.line] = child_start(run_line, &part);
	return load;
}

void load_await(const struct load *load, int connected)
{
	while (__atomic_load_n(&load->connected, __ATOMIC_RELAXED) < connected) {
		check(time_left() > 0, "the load does not get on: %d connections", load->connected);
		poll(NULL, 0, 1);
	}
}

int load_total(const struct load *load)
{
	return load->lines * load->clients * load->each;
}

void load_join(struct load *load)
{
	int total = load_total(load);

	for (int i = 0; i < load->lines; i++)
		child_join(&lines[i]);
	for (int i = 0; i < SERVERS; i++)
		child_kill(&servers[i]);
	check(load->attempts == total, "%d attempts of %d", load->attempts, total);
	check(load->connected == total, "%d of %d connects succeeded", load->connected, total);
	check(load->answered == total, "%d of %d connections carried their bytes", load->answered,
	      total);
	check(load->accepted == total, "%d of %d connections were accepted", load->accepted, total);
}
