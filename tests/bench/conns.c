// SPDX-License-Identifier: GPL-2.0-only
/* Connections under load: none lost without being counted, and what the reader takes for them. */
#include "bench.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE 20000
#define LOSS_PORT 9000
#define LOST_MAX_PERCENT 0.1
#define SETTLE_NS NS_PER_S
#define PEER_SECONDS_MAX 10
#define ROUNDS_MAX 50

/* Written by the load, read when it has ended. */
struct done {
	uint64_t connects;
};

static pid_t flood_start(struct done *done, uint64_t rate, unsigned int seconds)
{
	int listener = listen_on(loopback(LOSS_PORT));
	pid_t pid = fork_child();

	if (!pid) {
		pin_to(last_cpu());
		done->connects = flood_paced(listener, rate, seconds * NS_PER_S);
		_exit(0);
	}
	close(listener);
	return pid;
}

/* --- lost ----------------------------------------------------------------- */

/* What is told and what is counted as lost add up to what was done, for each kind. */
static bool adds_up(const char *kind, uint64_t did, uint64_t told, const struct kind_stats *stats)
{
	say("  %-8s did %llu told %llu lost %llu", kind, (unsigned long long)did,
	    (unsigned long long)told, (unsigned long long)stats->lost);
	return did == told + stats->lost;
}

static void judge_loss(const char *figure, double max_percent, const struct tally *tally,
		       const struct tracer_stats *stats, uint64_t did, unsigned int seconds)
{
	const struct kind_stats *kinds[] = { &stats->connect, &stats->accept, &stats->end,
					     &stats->state, &stats->bind };
	uint64_t lost = 0, produced = 0;
	bool exact = stats->balanced;
	double percent;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		lost += kinds[i]->lost;
		produced += kinds[i]->produced;
	}
	percent = produced ? 100.0 * (double)lost / (double)produced : 100;
	exact &= adds_up("connect", did, tally->told[TOLD_CONNECT], &stats->connect);
	exact &= adds_up("accept", did, tally->told[TOLD_ACCEPT], &stats->accept);
	exact &= adds_up("end", 2 * did, tally->told[TOLD_END], &stats->end);
	row(figure, max_percent > 0 ? "<= 0.1 % lost" : "0 lost", percent <= max_percent,
	    "%.3f %%: %llu of %llu events (%llu connections/s)", percent, (unsigned long long)lost,
	    (unsigned long long)produced, (unsigned long long)(did / seconds));
	row(figure, "did = told + lost", exact, "connects %llu = %llu + %llu",
	    (unsigned long long)did, (unsigned long long)tally->told[TOLD_CONNECT],
	    (unsigned long long)stats->connect.lost);
}

static void run_loss(const char *figure, uint64_t rate, double max_percent, unsigned int seconds)
{
	static const char *const args[] = { "-j", "-e", "all", "--no-existing", "--stats", NULL };
	struct done *done = shared_memory(sizeof(*done));
	struct tally tally = { .netns = net_inode() };
	struct tracer_stats stats;
	struct tracer tracer;

	tracer_start(&tracer, args, OUT_MEMORY);
	tracer_streams(&tracer);
	tracer_drain(&tracer, SETTLE_NS);
	tally_follow(&tracer, &tally, flood_start(done, rate, seconds));
	tally_finish(&tracer, &tally, &stats);
	judge_loss(figure, max_percent, &tally, &stats, done->connects, seconds);
}

/* The lines about the load's connections, until it has ended and nothing more comes. */
static uint64_t count_lines(struct tracer *tracer, const char *with, pid_t load)
{
	enum line_status status;
	uint64_t count = 0;
	char *line;

	tracer->until = pidfd_of(load);
	while ((status = tracer_line(tracer, &line, SETTLE_NS)) != LINE_UNTIL)
		count += status == LINE_READ && strstr(line, with);
	close(tracer->until);
	tracer->until = -1;
	reap(load);
	tracer_drain(tracer, 0); /* nothing: it only lets go of the buffer's front */
	tracer_signal(tracer, SIGINT);
	while (tracer_line(tracer, &line, 20 * NS_PER_S) == LINE_READ)
		count += strstr(line, with) != NULL;
	return count;
}

static void run_peer_loss(const char *name, unsigned int seconds)
{
	const struct peer *peer = peer_find(name);
	struct done *done = shared_memory(sizeof(*done));
	struct tracer tracer;
	uint64_t told, all;
	char figure[64];

	snprintf(figure, sizeof(figure), "connections lost by %s", name);
	if (!peer) {
		row_skipped(figure, "(yardstick)", "not installed");
		return;
	}
	tracer_start(&tracer, peer->args, OUT_MEMORY);
	tracer_streams(&tracer);
	tracer_drain(&tracer, SETTLE_NS);
	told = count_lines(&tracer, peer->line, flood_start(done, RATE, seconds));
	tracer_reap(&tracer);
	all = done->connects * peer->per_conn;
	row(figure, "(yardstick)", true, "%.3f %%: %lld of %llu lines (%llu connections/s)",
	    100.0 * (1 - (double)told / (double)all), (long long)(all - told),
	    (unsigned long long)all, (unsigned long long)(done->connects / seconds));
}

int bench_connloss(const struct bench_size *size)
{
	unsigned int brief = size->flood_seconds < PEER_SECONDS_MAX ? size->flood_seconds :
								      PEER_SECONDS_MAX;

	net_private();
	run_loss("20,000 connections/s, all events", RATE, LOST_MAX_PERCENT, size->flood_seconds);
	run_loss("connections at full speed, all events", 0, 0, brief);
	run_peer_loss("tcpstates", brief);
	run_peer_loss("tcplife", brief);
	return 0;
}

/* --- CPU time ------------------------------------------------------------- */

/* Until the output has not grown for as long. Returns its size. */
static off_t output_settled(const struct tracer *tracer)
{
	uint64_t since = now_ns();
	struct stat st = {};
	off_t size = -1;

	while (now_ns() - since < SETTLE_NS / 2) {
		sleep_until(now_ns() + 10 * NS_PER_MS);
		if (fstat(tracer->out, &st))
			die("cannot ask for the output's size");
		if (st.st_size != size)
			since = now_ns();
		size = st.st_size;
	}
	return size;
}

/* In ms for 100,000 connections. Its output is read when the time is taken. */
static double reader_cpu_ms(const char *const *args, const char *with, unsigned int conns,
			    double *ret_told)
{
	struct tracer tracer;
	uint64_t told = 0;
	double before, ms;
	char *line;

	tracer_start(&tracer, args, OUT_MEMORY);
	tracer_streams(&tracer);
	tracer_drain(&tracer, SETTLE_NS / 2);
	before = tracer_cpu_ms(&tracer);
	connect_count(conns);
	output_settled(&tracer);
	ms = tracer_cpu_ms(&tracer) - before;
	tracer_signal(&tracer, SIGINT);
	while (tracer_line(&tracer, &line, 20 * NS_PER_S) == LINE_READ)
		told += strstr(line, with) != NULL;
	tracer_reap(&tracer);
	*ret_told = (double)told / conns;
	return ms * 100000 / conns;
}

struct consumer {
	const char *figure, *wanted;
	double limit;
	const char *const *args;
	const char *line;
	double ms[ROUNDS_MAX], told[ROUNDS_MAX];
};

static void use_peer(struct consumer *consumer, const char *name)
{
	const struct peer *peer = peer_find(name);

	if (!peer) {
		row_skipped(consumer->figure, consumer->wanted, "not installed");
		return;
	}
	consumer->args = peer->args;
	consumer->line = peer->line;
}

int bench_conncpu(const struct bench_size *size)
{
	static const char *const args[] = { "-j", "-e", "connect,accept,end", "--no-existing",
					    NULL };
	static struct consumer consumers[] = {
		{ "reader, for 100,000 connections",
		  "<= 900 ms",
		  900,
		  args,
		  "\"event\":\"connect\"",
		  {},
		  {} },
		{ "tcpstates, the same", "(yardstick)", 1e9, NULL, NULL, {}, {} },
		{ "bpftrace, one line of it", "(yardstick)", 1e9, NULL, NULL, {}, {} },
	};
	unsigned int i, rounds = size->rounds;
	size_t j;

	use_peer(&consumers[1], "tcpstates");
	use_peer(&consumers[2], "bpftrace");
	net_private();
	pin_to(last_cpu());
	for (i = 0; i < rounds; i++)
		for (j = 0; j < ARRAY_SIZE(consumers); j++)
			if (consumers[j].args)
				consumers[j].ms[i] = reader_cpu_ms(consumers[j].args,
								   consumers[j].line, size->conns,
								   &consumers[j].told[i]);
	for (j = 0; j < ARRAY_SIZE(consumers); j++) {
		struct consumer *c = &consumers[j];
		double median;

		if (!c->args)
			continue;
		median = quantile(c->ms, rounds, 0.5);
		row(c->figure, c->wanted, median <= c->limit,
		    "%.0f ms (%.0f to %.0f); told %.1f %% of them", median, c->ms[0],
		    c->ms[rounds - 1], 100 * quantile(c->told, rounds, 0.5));
	}
	return 0;
}
