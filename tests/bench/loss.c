// SPDX-License-Identifier: GPL-2.0-only
/* Under load nothing is lost, and the books are in order. */
#include "bench.h"
#include <unistd.h>

#define FLOOD_LISTENS 10000
#define FLOOD_CONNECTS 30000
#define FLOOD_PORT 9000

static const char *const args[] = { "-j", "--no-existing", "--stats", NULL };

/* Written by the loads, read when they have ended. */
struct done {
	uint64_t listens, connects;
};

static void judge(const char *figure, const struct tally *tally, const struct tracer_stats *stats,
		  const struct done *done, unsigned int seconds)
{
	long long missing = (long long)(done->listens - tally->open);

	say("  did %llu listens (%llu/s), %llu connections (%llu/s); told %llu open, %llu close, "
	    "%llu recovered, %llu lost",
	    (unsigned long long)done->listens, (unsigned long long)(done->listens / seconds),
	    (unsigned long long)done->connects, (unsigned long long)(done->connects / seconds),
	    (unsigned long long)tally->open, (unsigned long long)tally->close,
	    (unsigned long long)tally->recovered, (unsigned long long)tally->lost);
	row(figure, "0 opens lost", !missing && !stats->open.lost,
	    "%lld of %llu (%llu listens/s, %llu connections/s)", missing,
	    (unsigned long long)done->listens, (unsigned long long)(done->listens / seconds),
	    (unsigned long long)(done->connects / seconds));
	row(figure, "produced = delivered + lost", stats->balanced,
	    "opens %llu = %llu + %llu; closes %llu = %llu + %llu",
	    (unsigned long long)stats->open.produced, (unsigned long long)stats->open.delivered,
	    (unsigned long long)stats->open.lost, (unsigned long long)stats->close.produced,
	    (unsigned long long)stats->close.delivered, (unsigned long long)stats->close.lost);
}

static void run_load(const char *figure, uint64_t rate, uint64_t connects, unsigned int seconds)
{
	int listener = listen_on(loopback(FLOOD_PORT));
	struct done *done = shared_memory(sizeof(*done));
	struct tally tally = { .netns = net_inode() };
	struct tracer_stats stats;
	struct tracer tracer;
	pid_t flood = -1, load;

	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	if (connects) {
		flood = fork_child();
		if (!flood) {
			done->connects = flood_paced(listener, connects, seconds * NS_PER_S);
			_exit(0);
		}
	}
	load = fork_child();
	if (!load) {
		done->listens = listen_paced(rate, seconds * NS_PER_S);
		_exit(0);
	}
	tally_follow(&tracer, &tally, load);
	if (flood > 0)
		reap(flood);
	tally_finish(&tracer, &tally, &stats);
	judge(figure, &tally, &stats, done, seconds);
}

int bench_flood(const struct bench_size *size)
{
	net_private();
	run_load("10,000 listens/s in a flood", FLOOD_LISTENS, FLOOD_CONNECTS, size->flood_seconds);
	return 0;
}

int bench_tight(const struct bench_size *size)
{
	net_private();
	run_load("tight listen/close loop", 0, 0, size->tight_seconds);
	return 0;
}
