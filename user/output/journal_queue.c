// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal_queue.h"

#include <stdlib.h>
#include <string.h>

void journal_queue_init(struct journal_queue *queue, size_t max_bytes, size_t max_entries)
{
	*queue = (struct journal_queue){ .max_bytes = max_bytes, .max_entries = max_entries };
	STAILQ_INIT(&queue->sent);
	STAILQ_INIT(&queue->waiting);
}

void journal_queue_lose(struct journal_queue *queue, uint64_t now_ns)
{
	struct journal_losses *losses = &queue->losses;

	if (!losses->count++)
		losses->from_ns = now_ns;
	losses->to_ns = now_ns;
}

static size_t size_of(size_t len)
{
	return sizeof(struct journal_entry) + len;
}

bool journal_queue_add(struct journal_queue *queue, const char *data, size_t len, size_t lasting,
		       bool of_many, uint64_t now_ns)
{
	size_t part = of_many ? 2 : 1;
	struct journal_entry *entry = NULL;

	if (queue->n < queue->max_entries / part &&
	    queue->bytes + size_of(len) <= queue->max_bytes / part)
		entry = malloc(size_of(len));
	if (!entry) {
		journal_queue_lose(queue, now_ns);
		return false;
	}
	entry->made_ns = now_ns;
	entry->len = len;
	entry->lasting = lasting;
	memcpy(entry->data, data, len);
	STAILQ_INSERT_TAIL(&queue->waiting, entry, next);
	queue->bytes += size_of(len);
	queue->n++;
	return true;
}

struct journal_entry *journal_queue_first(const struct journal_queue *queue)
{
	return STAILQ_FIRST(&queue->waiting);
}

void journal_queue_sent(struct journal_queue *queue, size_t bytes)
{
	struct journal_entry *entry = STAILQ_FIRST(&queue->waiting);

	entry->charged = bytes;
	queue->charged += bytes;
	STAILQ_REMOVE_HEAD(&queue->waiting, next);
	STAILQ_INSERT_TAIL(&queue->sent, entry, next);
	queue->n_sent++;
}

static void forget(struct journal_queue *queue, struct journal_entry *entry)
{
	queue->bytes -= size_of(entry->len);
	queue->n--;
	free(entry);
}

void journal_queue_drop_first(struct journal_queue *queue, uint64_t now_ns)
{
	struct journal_entry *entry = STAILQ_FIRST(&queue->waiting);

	STAILQ_REMOVE_HEAD(&queue->waiting, next);
	forget(queue, entry);
	journal_queue_lose(queue, now_ns);
}

/*
 * The unread ones are the last. The kernel counts a datagram with more bytes
 * than are in it, so those are no longer than that together.
 */
void journal_queue_read(struct journal_queue *queue, size_t unread, size_t keep)
{
	while (queue->n_sent > keep && (!unread || queue->charged > unread)) {
		struct journal_entry *entry = STAILQ_FIRST(&queue->sent);

		STAILQ_REMOVE_HEAD(&queue->sent, next);
		queue->n_sent--;
		queue->charged -= entry->charged;
		forget(queue, entry);
	}
}

void journal_queue_again(struct journal_queue *queue)
{
	STAILQ_CONCAT(&queue->sent, &queue->waiting); /* and waiting is empty */
	STAILQ_CONCAT(&queue->waiting, &queue->sent);
	queue->n_sent = 0;
	queue->charged = 0;
}

bool journal_queue_has_ease(const struct journal_queue *queue)
{
	return queue->n <= queue->max_entries / 4 && queue->bytes <= queue->max_bytes / 4;
}

static void free_all(struct journal_entries *entries)
{
	struct journal_entry *entry;

	while ((entry = STAILQ_FIRST(entries))) {
		STAILQ_REMOVE_HEAD(entries, next);
		free(entry);
	}
}

void journal_queue_free(struct journal_queue *queue)
{
	free_all(&queue->sent);
	free_all(&queue->waiting);
}
