// SPDX-License-Identifier: GPL-2.0-only
#include "service/journaling.h"

#include "base/log.h"

#include <inttypes.h>
#include <string.h>

/*
 * What the journal has not taken yet: minutes of a busy host, or a storm of 10,000 alerts, and no
 * more memory than that.
 */
#define MAX_BYTES ((size_t)16 * 1024 * 1024)
#define MAX_ENTRIES 32768

/* How long the journal has at the end. */
#define DRAIN_NS 1000000000ULL

static void on_news(const struct journal_news *news, void *arg)
{
	(void)arg;
	switch (news->kind) {
	case JOURNAL_NEWS_GONE:
		say("the journal cannot be reached, entries wait for it: " JOURNAL_PATH ": %s",
		    strerror(news->error));
		break;
	case JOURNAL_NEWS_BACK:
		say("the journal is reached again");
		break;
	case JOURNAL_NEWS_LOSING:
		say("the journal takes too little: entries for it are lost from now on, and counted");
		break;
	case JOURNAL_NEWS_LOST:
		say("%" PRIu64 " %s lost, as the journal is told, too", news->count,
		    news->count == 1 ? "entry for the journal was" :
				       "entries for the journal were");
		break;
	}
}

struct journal *journaling_open(struct loop *loop, struct timers *timers)
{
	const struct journal_setup setup = {
		.loop = loop,
		.timers = timers,
		.path = JOURNAL_PATH,
		.max_bytes = MAX_BYTES,
		.max_entries = MAX_ENTRIES,
		.told = on_news,
	};
	struct journal *journal = journal_new(&setup);

	if (!journal)
		say("out of memory");
	return journal;
}

void journaling_event(struct journal *journal, struct enrich *enrich, const struct event *event)
{
	if (journal)
		journal_event(journal, enrich, event);
}

void journaling_note(struct journal *journal, enum journal_kind kind, const char *text)
{
	if (journal)
		journal_note(journal, kind, text);
}

/* One that was never there is not waited for; one that restarts is. */
static void drain(const struct journal *journal, struct loop *loop, struct timers *timers)
{
	uint64_t now = boot_now_ns(), until = now + DRAIN_NS;

	while (journal_counts(journal).waiting && journal_was_reached(journal) && now < until) {
		uint64_t wait = timers_patience(timers, now);

		if (loop_round(loop, wait < until - now ? wait : until - now))
			return;
		now = boot_now_ns();
		timers_run(timers, now);
	}
}

void journaling_finish(struct journal *journal, struct loop *loop, struct timers *timers)
{
	struct journal_counts counts;
	uint64_t left;

	if (!journal)
		return;
	drain(journal, loop, timers);
	counts = journal_counts(journal);
	left = counts.waiting + counts.untold;
	if (left)
		say("%" PRIu64 " %s not reach the journal", left,
		    left == 1 ? "entry did" : "entries did");
}

void journaling_close(struct journal *journal)
{
	journal_free(journal);
}
