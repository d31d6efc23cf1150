// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal_queue.h"

#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>

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
	queue->lost++;
}

/* --- memory ----------------------------------------------------------------------- */

/*
 * Entries come and go in order, so they are put one behind the other into blocks,
 * and a block goes back to the kernel with its last entry. Thousands of them from
 * malloc(), between what stays, would leave holes that never do.
 */
#define BLOCK ((size_t)64 * 1024)

struct journal_block {
	size_t size; /* of the mapping */
	size_t used;
	size_t live; /* entries in it */
};

static size_t size_of(size_t len)
{
	size_t size = sizeof(struct journal_entry) + len;

	return size + -size % alignof(struct journal_entry);
}

/* Entries begin behind it, aligned as it is. */
#define HEAD sizeof(struct journal_block)

_Static_assert(HEAD % alignof(struct journal_entry) == 0, "the first entry is aligned");

static struct journal_block *block_new(size_t need)
{
	size_t size = need > BLOCK - HEAD ? need + HEAD : BLOCK;
	struct journal_block *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		return NULL;
	block->size = size;
	block->used = HEAD;
	return block;
}

static void block_free(struct journal_block *block)
{
	munmap(block, block->size);
}

static struct journal_entry *entry_new(struct journal_queue *queue, size_t len)
{
	struct journal_block *block = queue->block;
	struct journal_entry *entry;
	size_t need = size_of(len);

	if (!block || need > block->size - block->used) {
		block = block_new(need);
		if (!block)
			return NULL;
		if (queue->block && !queue->block->live)
			block_free(queue->block);
		queue->block = block;
	}
	entry = (struct journal_entry *)((char *)block + block->used);
	block->used += need;
	block->live++;
	entry->block = block;
	return entry;
}

static void entry_free(struct journal_queue *queue, struct journal_entry *entry)
{
	struct journal_block *block = entry->block;

	if (--block->live)
		return;
	if (block == queue->block && block->size == BLOCK) {
		block->used = HEAD;
		return;
	}
	if (block == queue->block)
		queue->block = NULL;
	block_free(block);
}

/* --- the queue -------------------------------------------------------------------- */

bool journal_queue_add(struct journal_queue *queue, const char *data, size_t len, size_t lasting,
		       enum journal_part part, uint64_t now_ns)
{
	struct journal_entry *entry = NULL;

	if (queue->n < queue->max_entries / part &&
	    queue->bytes + size_of(len) <= queue->max_bytes / part)
		entry = entry_new(queue, len);
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
	entry_free(queue, entry);
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
	return queue->n <= queue->max_entries / 8 && queue->bytes <= queue->max_bytes / 8;
}

void journal_queue_free(struct journal_queue *queue)
{
	struct journal_entry *entry;

	journal_queue_again(queue);
	while ((entry = STAILQ_FIRST(&queue->waiting))) {
		STAILQ_REMOVE_HEAD(&queue->waiting, next);
		forget(queue, entry);
	}
	if (queue->block)
		block_free(queue->block);
	queue->block = NULL;
}
