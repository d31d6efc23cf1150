// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an event costs the reader with an entry of the journal. Without the entry it
 * may cost more: a reader that has more to do is woken less often.
 */
#include "bench.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE 10000 /* listens a second: an entry for the open, one for the close */
#define WANTED_US 10

static const char *const plain[] = { "-j", "--no-existing", "--stats", NULL };
static const char *const journaled[] = { "-j", "--no-existing", "--stats", "--journal", NULL };

/* What the one in journald's place has read. */
struct heard {
	uint64_t entries, bytes;
};

/* Nobody's journald is disturbed: /run is another one here. */
static int bind_journal(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX,
				  .sun_path = "/run/systemd/journal/socket" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) || mkdir("/run/systemd", 0755) ||
	    mkdir("/run/systemd/journal", 0755))
		die("no /run of our own: %s", strerror(errno));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die("%s: %s", at.sun_path, strerror(errno));
	return fd;
}

/* A probe, which has no content, is no entry. */
static pid_t hear(int fd, struct heard *heard)
{
	static char entry[65536];
	pid_t pid = fork_child();

	while (!pid) {
		ssize_t n = recv(fd, entry, sizeof(entry), 0);

		heard->entries += n > 0;
		heard->bytes += n > 0 ? (uint64_t)n : 0;
	}
	return pid;
}

/* CPU time of one event, in microseconds. */
static double event_us(const char *const *args, unsigned int seconds, uint64_t *ret_events)
{
	struct tally tally = { .netns = net_inode() };
	struct tracer_stats stats;
	struct tracer tracer;
	double before, after;
	pid_t load;

	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	before = tracer_cpu_ms(&tracer);
	load = fork_child();
	if (!load) {
		listen_paced(RATE, seconds * NS_PER_S);
		_exit(0);
	}
	tally_follow(&tracer, &tally, load);
	after = tracer_cpu_ms(&tracer);
	tally_finish(&tracer, &tally, &stats);
	*ret_events = tally.open + tally.close;
	if (!*ret_events)
		die("no event was told");
	return (after - before) * 1000 / (double)*ret_events;
}

int bench_journal(const struct bench_size *size)
{
	struct heard *heard = shared_memory(sizeof(*heard));
	uint64_t events, entries;
	int fd = bind_journal();
	pid_t journald = hear(fd, heard);
	double with, without;

	net_private();
	without = event_us(plain, size->stop_seconds, &events);
	with = event_us(journaled, size->stop_seconds, &events);
	kill(journald, SIGKILL);
	waitpid(journald, NULL, 0);
	entries = heard->entries;
	if (entries < events)
		die("%llu events, %llu entries", (unsigned long long)events,
		    (unsigned long long)entries);
	row("CPU time of an event and its entry", "<= 10 us", with <= WANTED_US,
	    "%.1f us, %.0f entries/s, of %llu bytes (without: %.1f us)", with, 1e6 / with,
	    (unsigned long long)(heard->bytes / entries), without);
	return 0;
}
