// SPDX-License-Identifier: GPL-2.0-only
/* Whose each event is, while processes come and go faster than the pids last. */
#include "bench.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIDS_PORT 9000
#define CLIENTS 46 /* at a time */
#define SERVERS 4
#define CLIENT_PROCESSES 50000 /* in all: more than there are pids by default */
#define SERVER_CONNS 200       /* until the next server takes its place */
#define EVENTS_PER_CONN 4
#define RATE 8000 /* what is lost cannot be judged: the reader is to keep up */

/* What one end of one connection knows of itself. */
struct end_truth {
	uint64_t cookie;
	uint64_t born_after, born_before; /* CLOCK_BOOTTIME */
	uint32_t pid;
	uint32_t pad;
};

struct truth {
	uint32_t used, max;
	struct end_truth ends[];
};

static uint64_t boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void note_end(struct truth *truth, int fd, const struct end_truth *self)
{
	uint32_t at = __atomic_fetch_add(&truth->used, 1, __ATOMIC_RELAXED);
	socklen_t size = sizeof(uint64_t);
	struct end_truth end = *self;

	if (at >= truth->max || getsockopt(fd, SOL_SOCKET, SO_COOKIE, &end.cookie, &size))
		_exit(2);
	truth->ends[at] = end;
}

static _Noreturn void be_client(struct truth *truth, struct end_truth self, unsigned int conns)
{
	struct sockaddr_in addr = loopback(PIDS_PORT);
	char byte;

	while (conns--) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		note_end(truth, fd, &self);
		if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) ||
		    read(fd, &byte, 1) != 0)
			_exit(3);
		close(fd);
	}
	_exit(0);
}

static _Noreturn void be_server(struct truth *truth, struct end_truth self, int listener)
{
	unsigned int left;

	for (left = SERVER_CONNS; left; left--) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(4);
		note_end(truth, fd, &self);
		close(fd);
	}
	_exit(0);
}

static pid_t make(struct truth *truth, int listener, unsigned int conns)
{
	struct end_truth self = { .born_after = boot_ns() };
	pid_t pid = fork_child();

	if (pid)
		return pid;
	self.born_before = boot_ns();
	self.pid = (uint32_t)getpid();
	if (conns)
		be_client(truth, self, conns);
	be_server(truth, self, listener);
}

/* As many at a time, until all were there. The servers outlast the clients. */
static _Noreturn void breed(struct truth *truth, int listener, unsigned int conns_each)
{
	uint64_t start = now_ns(), ns_each = NS_PER_S * conns_each / RATE;
	unsigned int made = 0, clients = 0, i;
	pid_t servers[SERVERS];

	pin_to(last_cpu());
	for (i = 0; i < SERVERS; i++)
		servers[i] = make(truth, listener, 0);
	while (made < CLIENT_PROCESSES || clients) {
		int status;
		pid_t ended;

		for (; clients < CLIENTS && made < CLIENT_PROCESSES; clients++, made++) {
			sleep_until(start + made * ns_each);
			make(truth, listener, conns_each);
		}
		ended = wait(&status);
		if (ended < 0 || status)
			die("a process of the load failed (wait status %#x)", (unsigned int)status);
		for (i = 0; i < SERVERS && servers[i] != ended; i++)
			;
		if (i < SERVERS)
			servers[i] = make(truth, listener, 0);
		else
			clients--;
	}
	for (i = 0; i < SERVERS; i++)
		kill(servers[i], SIGKILL);
	_exit(0);
}

/* --- what was told -------------------------------------------------------- */

struct owners {
	struct told_owner *all;
	size_t count, max;
	uint32_t netns;
	uint64_t lost;
};

static void take_line(struct owners *owners, const char *line)
{
	struct told told;

	if (!line_parse(line, &told))
		die("not a JSON line: %.200s", line);
	if (told.event == TOLD_LOST)
		owners->lost += told.count;
	if (told.netns != owners->netns || owners->count == owners->max)
		return; /* others use the machine, too */
	owners->count += line_owner(line, &owners->all[owners->count]);
}

static void take_lines(struct tracer *tracer, struct owners *owners, pid_t load)
{
	enum line_status status;
	char *line;

	tracer->until = pidfd_of(load);
	while ((status = tracer_line(tracer, &line, NS_PER_S)) != LINE_UNTIL) {
		if (status == LINE_EOF)
			die("the tracer ended while it was under load");
		if (status == LINE_READ)
			take_line(owners, line);
	}
	close(tracer->until);
	tracer->until = -1;
	reap(load);
	/* What waits to be accepted is told a moment later. */
	while (tracer_line(tracer, &line, NS_PER_S) == LINE_READ)
		take_line(owners, line);
	tracer_signal(tracer, SIGINT);
	while (tracer_line(tracer, &line, 20 * NS_PER_S) == LINE_READ)
		take_line(owners, line);
	tracer_reap(tracer);
}

/* --- one against the other ------------------------------------------------ */

static int by_cookie(const void *left, const void *right)
{
	const struct end_truth *a = left, *b = right;

	return (a->cookie > b->cookie) - (a->cookie < b->cookie);
}

struct verdict {
	uint64_t right, wrong, nobody, foreign;
};

static void judge_owner(const struct truth *truth, const struct told_owner *owner,
			struct verdict *verdict)
{
	struct end_truth key = { .cookie = owner->cookie }, *end;

	end = bsearch(&key, truth->ends, truth->used, sizeof(*end), by_cookie);
	if (!end) {
		verdict->foreign++; /* of the host, or of the search for the first line */
	} else if (!owner->pid) {
		verdict->nobody++;
	} else if (owner->pid == end->pid && owner->start_ns >= end->born_after &&
		   owner->start_ns <= end->born_before) {
		verdict->right++;
	} else {
		if (++verdict->wrong <= 10)
			say("  %s of cookie %llu: told pid %u start %llu, was pid %u start %llu to %llu",
			    owner->event == TOLD_END ? "end" : "connect or accept",
			    (unsigned long long)owner->cookie, owner->pid,
			    (unsigned long long)owner->start_ns, end->pid,
			    (unsigned long long)end->born_after,
			    (unsigned long long)end->born_before);
	}
}

static void judge(struct truth *truth, const struct owners *owners, unsigned int conns)
{
	uint64_t expected = (uint64_t)conns * EVENTS_PER_CONN;
	struct verdict verdict = {};
	uint64_t judged;
	size_t i;

	qsort(truth->ends, truth->used, sizeof(*truth->ends), by_cookie);
	for (i = 0; i < owners->count; i++)
		judge_owner(truth, &owners->all[i], &verdict);
	judged = verdict.right + verdict.wrong + verdict.nobody;
	say("  %zu events: %llu right, %llu wrong, %llu nobody's, %llu of others; %llu told as lost",
	    owners->count, (unsigned long long)verdict.right, (unsigned long long)verdict.wrong,
	    (unsigned long long)verdict.nobody, (unsigned long long)verdict.foreign,
	    (unsigned long long)owners->lost);
	row("events with the wrong process", "0", !verdict.wrong && verdict.right > expected / 2,
	    "%llu of %llu (%u connections, %u processes)", (unsigned long long)verdict.wrong,
	    (unsigned long long)judged, conns, CLIENT_PROCESSES);
	row("events with no process", "0", !verdict.nobody, "%llu; told as lost: %llu",
	    (unsigned long long)verdict.nobody, (unsigned long long)owners->lost);
}

int bench_connpids(const struct bench_size *size)
{
	static const char *const args[] = { "-j", "-e", "connect,accept,end", "--no-existing",
					    NULL };
	unsigned int each = size->pid_conns / CLIENT_PROCESSES, conns = each * CLIENT_PROCESSES;
	struct truth *truth = shared_memory(sizeof(*truth) +
					    2ULL * conns * sizeof(struct end_truth));
	struct owners owners = { .max = (size_t)conns * EVENTS_PER_CONN + 10000 };
	struct tracer tracer;
	pid_t load;
	int listener;

	truth->max = 2 * conns;
	owners.all = calloc(owners.max, sizeof(*owners.all));
	if (!owners.all)
		die("no memory for %zu events", owners.max);
	net_private();
	owners.netns = net_inode();
	tracer_start(&tracer, args, OUT_MEMORY);
	tracer_streams(&tracer);
	listener = listen_on(loopback(PIDS_PORT));
	load = fork_child();
	if (!load)
		breed(truth, listener, each);
	take_lines(&tracer, &owners, load);
	judge(truth, &owners, conns);
	free(owners.all);
	return 0;
}
