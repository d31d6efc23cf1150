/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal as a sink: events become entries, and they are sent whenever it
 * takes them. It never blocks. A journal that is absent, full or restarting makes
 * entries wait; beyond a bound they are counted, and it is told as soon as it takes
 * entries again. PORTTRACE_SEQ counts all, so that a gap can be seen.
 *
 * It writes nothing to stderr: what somebody should know goes to told().
 */
#ifndef PORTTRACE_OUTPUT_JOURNAL_H
#define PORTTRACE_OUTPUT_JOURNAL_H

#include "base/loop.h"
#include "base/timers.h"
#include "enrich/enrich.h"
#include "output/journal_kinds.h"

#define JOURNAL_PATH "/run/systemd/journal/socket"

struct journal;

enum journal_news_kind {
	JOURNAL_NEWS_GONE,   /* it cannot be reached: error; entries wait */
	JOURNAL_NEWS_BACK,   /* it is reached again */
	JOURNAL_NEWS_LOSING, /* the first that finds no place */
	JOURNAL_NEWS_LOST,   /* count entries are lost, which the journal has been told */
};

struct journal_news {
	enum journal_news_kind kind;
	int error;
	uint64_t count;
};

struct journal_setup {
	struct loop *loop;     /* borrowed */
	struct timers *timers; /* borrowed */
	const char *path;      /* borrowed; of the socket */
	size_t max_bytes;      /* of entries that wait, or are not proved to be read */
	size_t max_entries;
	void (*told)(const struct journal_news *news, void *arg);
	void *arg;
};

/* Connects, as soon as there is something to connect to. NULL: no memory. */
struct journal *journal_new(const struct journal_setup *setup);
void journal_event(struct journal *journal, struct enrich *enrich, const struct event *event);
/* An entry of no event: a line for a person, not escaped. */
void journal_note(struct journal *journal, enum journal_kind kind, const char *text);
struct journal_counts {
	uint64_t entries; /* that there were to be, the lost ones included */
	uint64_t lost;
	uint64_t untold; /* of these, and the journal has not been told */
	uint64_t waiting;
};

struct journal_counts journal_counts(const struct journal *journal);
/* It has taken an entry at least once. */
bool journal_was_reached(const struct journal *journal);
void journal_free(struct journal *journal);

#endif
