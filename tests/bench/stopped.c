// SPDX-License-Identifier: GPL-2.0-only
/* The reader sleeps: what the ring holds is told late, what it cannot hold is counted and found. */
#include "bench.h"
#include <signal.h>
#include <unistd.h>

#define RATE 1000
#define KEEPERS_MAX 21000
#define BEFORE 1000  /* open and told before the reader stops */
#define CLOSED 500   /* of those, closed while it is stopped */
#define KEPT 20000   /* opened while it is stopped, half of them when the ring is full */
#define CHURN 150000 /* listen+close in between, to fill the ring */
#define SETTLE_NS NS_PER_S
#define KEPT_TIMEOUT_NS (10 * NS_PER_S)

static const char *const args[] = { "-j", "--no-existing", "--stats", NULL };

static unsigned char told[KEEPERS_MAX];

static void stop_reader(const struct tracer *tracer)
{
	tracer_signal(tracer, SIGSTOP);
}

/* SIGCONT, then lines until nothing comes any more. Returns when it was sent. */
static uint64_t wake_reader(struct tracer *tracer, struct tally *tally)
{
	uint64_t woken = now_ns();

	tracer_signal(tracer, SIGCONT);
	if (tally_lines(tracer, tally, SETTLE_NS) != LINE_TIMEOUT)
		die("the tracer ended after SIGCONT");
	return woken;
}

static void stopped_at_rate(const char *figure, bool keep, unsigned int seconds)
{
	struct tally tally = { .netns = net_inode() };
	struct keepers keepers;
	struct tracer_stats stats;
	struct tracer tracer;
	uint64_t did = (uint64_t)seconds * RATE;

	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	tracer_drain(&tracer, 20 * NS_PER_MS);
	stop_reader(&tracer);
	if (keep)
		keepers_open(&keepers, 0, (unsigned int)did, RATE);
	else
		did = listen_paced(RATE, seconds * NS_PER_S);
	wake_reader(&tracer, &tally);
	if (keep)
		keepers_close(&keepers);
	tally_finish(&tracer, &tally, &stats);
	row(figure, "0 lost", tally.open == did && !stats.open.lost && !tally.lost,
	    "%llu lost, %llu of %llu told in %u s stopped", (unsigned long long)stats.open.lost,
	    (unsigned long long)tally.open, (unsigned long long)did, seconds);
}

int bench_stopped(const struct bench_size *size)
{
	net_private();
	stopped_at_rate("reader stopped, 1,000 listen+close/s", false, size->stop_seconds);
	stopped_at_rate("reader stopped, 1,000 kept listens/s", true, size->stop_seconds);
	return 0;
}

static void judge_overrun(const struct tally *tally, const struct tracer_stats *stats,
			  uint64_t woken)
{
	uint64_t opens = KEPT + CHURN;
	uint64_t all_lost = stats->task.lost + stats->open.lost + stats->close.lost +
			    stats->change.lost;
	double ms = (double)(tally->last_keeper_ns - woken) / (double)NS_PER_MS;

	say("  told %llu open, %llu close, %llu recovered; `lost` lines sum to %llu, statistics %llu",
	    (unsigned long long)tally->open, (unsigned long long)tally->close,
	    (unsigned long long)tally->recovered, (unsigned long long)tally->lost,
	    (unsigned long long)all_lost);
	if (!stats->open.lost)
		die("the ring took it all: more churn is needed");
	row("beyond the ring: opens told + lost", "exact",
	    tally->open + stats->open.lost == opens && stats->balanced, "%llu + %llu of %llu",
	    (unsigned long long)tally->open, (unsigned long long)stats->open.lost,
	    (unsigned long long)opens);
	row("beyond the ring: `lost` lines", "exact", tally->lost == all_lost,
	    "%llu, statistics %llu", (unsigned long long)tally->lost, (unsigned long long)all_lost);
	row("beyond the ring: still open is told", "all <= 1 s",
	    tally->keepers_told == KEPT && ms <= 1000, "%u of %u in %.0f ms", tally->keepers_told,
	    KEPT, ms);
	row("beyond the ring: closed meanwhile", "all", tally->closes_told == CLOSED, "%u of %u",
	    tally->closes_told, CLOSED);
}

/* Those opened before are counted on their own: they are told already. */
static void open_before(struct tracer *tracer, struct keepers *stay, struct keepers *go)
{
	struct tally tally = { .netns = net_inode(), .keeper_told = told, .keepers = KEEPERS_MAX };
	uint64_t deadline = now_ns() + KEPT_TIMEOUT_NS;

	keepers_open(go, KEPT, CLOSED, 0);
	keepers_open(stay, KEPT + CLOSED, BEFORE - CLOSED, 0);
	while (tally.keepers_told < BEFORE && now_ns() < deadline)
		tally_lines(tracer, &tally, 10 * NS_PER_MS);
	if (tally.keepers_told < BEFORE)
		die("%u of %u ports were told", tally.keepers_told, BEFORE);
}

int bench_overrun(const struct bench_size *size)
{
	struct tally tally = { .keeper_told = told, .keepers = KEEPERS_MAX };
	struct keepers go, stay, early, late;
	struct tracer_stats stats;
	struct tracer tracer;
	uint64_t woken;

	(void)size;
	net_private();
	tally.netns = net_inode();
	tracer_start(&tracer, args, OUT_PIPE);
	tracer_streams(&tracer);
	open_before(&tracer, &stay, &go);
	stop_reader(&tracer);
	keepers_open(&early, 0, KEPT / 2, 0);
	listen_count(CHURN);
	keepers_open(&late, KEPT / 2, KEPT / 2, 0);
	keepers_close(&go);
	woken = wake_reader(&tracer, &tally);
	tally_finish(&tracer, &tally, &stats);
	keepers_close(&early);
	keepers_close(&late);
	keepers_close(&stay);
	judge_overrun(&tally, &stats, woken);
	return 0;
}
