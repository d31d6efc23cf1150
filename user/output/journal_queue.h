/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries on their way to the journal: those that wait, and those that were
 * sent and that the journal is not proved to have read, for a socket that dies
 * takes with it what is in its queue. Bounded; what does not fit is counted.
 */
#ifndef PORTTRACE_OUTPUT_JOURNAL_QUEUE_H
#define PORTTRACE_OUTPUT_JOURNAL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct journal_block;

struct journal_entry {
	STAILQ_ENTRY(journal_entry) next;
	struct journal_block *block; /* it is in */
	uint64_t made_ns;            /* boot_now_ns() */
	size_t len;
	size_t lasting; /* less than len: what is behind is true for a moment alone */
	size_t charged; /* of what was sent: at least so much the kernel counts for it */
	char data[];
};

STAILQ_HEAD(journal_entries, journal_entry);

struct journal_losses {
	uint64_t count;
	uint64_t from_ns;
	uint64_t to_ns;
};

struct journal_queue {
	size_t max_bytes; /* the caller's; others are zero at first, see journal_queue_init() */
	size_t max_entries;
	size_t bytes;
	size_t n; /* sent ones included */
	size_t n_sent;
	size_t charged; /* of all that were sent */
	struct journal_entries sent;
	struct journal_entries waiting;
	struct journal_losses losses; /* not told yet */
	uint64_t lost;                /* in all */
	struct journal_block *block;  /* new entries go there; NULL: none */
};

void journal_queue_init(struct journal_queue *queue, size_t max_bytes, size_t max_entries);
/*
 * Which part of the queue is for an entry, so that a flood of connections leaves room for
 * ports, and a storm of ports for the alerts in it.
 */
enum journal_part { JOURNAL_ALL = 1, JOURNAL_HALF = 2, JOURNAL_QUARTER = 4 };

/* Copies an entry to the end. False: it is counted as lost. */
bool journal_queue_add(struct journal_queue *queue, const char *data, size_t len, size_t lasting,
		       enum journal_part part, uint64_t now_ns);
/* The first that waits, or NULL. */
struct journal_entry *journal_queue_first(const struct journal_queue *queue);
/* The first that waits was sent, as a datagram with that many bytes. */
void journal_queue_sent(struct journal_queue *queue, size_t bytes);
/* The first that waits cannot be sent at all: counted as lost. */
void journal_queue_drop_first(struct journal_queue *queue, uint64_t now_ns);
/*
 * Of what was sent no more than this many bytes are unread: the entries before
 * them are done with, but for as many as keep says.
 */
void journal_queue_read(struct journal_queue *queue, size_t unread, size_t keep);
/* What was sent may not have been read: all of it waits again, first of all. */
void journal_queue_again(struct journal_queue *queue);
/* Little enough is in it that a loss can be told. */
bool journal_queue_has_ease(const struct journal_queue *queue);
void journal_queue_lose(struct journal_queue *queue, uint64_t now_ns);
void journal_queue_free(struct journal_queue *queue);

#endif
