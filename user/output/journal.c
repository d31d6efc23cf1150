// SPDX-License-Identifier: GPL-2.0-only
#include "output/journal.h"

#include "base/buf.h"
#include "output/journal_entry.h"
#include "output/journal_queue.h"
#include "output/journal_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MSEC 1000000ULL

/* How long until it is tried again to connect: at first, doubled each time, at most. */
#define RETRY_FIRST (100 * MSEC)
#define RETRY_LAST (5000 * MSEC)
/* Where there is no memory to send. */
#define RETRY_MEMORY (100 * MSEC)
/* Whether what was sent has been read: asked so much later, and in a burst each so many entries. */
#define LOOK_AFTER (250 * MSEC)
#define LOOK_EVERY 64
/* While the journal's queue is full a try for each entry would be a waste. */
#define TRY_EVERY 8
/* A process may have ended by then, and its number be another's. */
#define MOMENT (1000 * MSEC)

struct journal {
	struct journal_setup setup;
	struct journal_queue queue;
	struct buf line;
	struct timer again; /* to connect, or to send */
	struct timer look;
	uint64_t retry_ns; /* how long the next try to connect waits */
	uint64_t seq;
	int fd;       /* -1: not connected */
	bool blocked; /* epoll will tell when there is room */
	bool reached; /* at least once */
	bool gone_told;
	bool losing_told;
	unsigned int sent_since_look;
};

static void tell(struct journal *j, enum journal_news_kind kind, int error, uint64_t count)
{
	struct journal_news news = { kind, error, count };

	j->setup.told(&news, j->setup.arg);
}

/* --- the connection ----------------------------------------------------------------- */

static void flush(struct journal *j);

static void on_room(void *arg)
{
	struct journal *j = arg;

	j->blocked = false;
	loop_modify(j->setup.loop, j->fd, 0);
	flush(j);
}

/* What was sent and is not proved to be read is sent again: better twice than never. */
static void hang_up(struct journal *j)
{
	if (j->fd < 0)
		return;
	loop_remove(j->setup.loop, j->fd);
	close(j->fd);
	j->fd = -1;
	j->blocked = false;
	journal_queue_again(&j->queue);
	timer_cancel(&j->look);
}

static void connect_later(struct journal *j, int error)
{
	if (!j->gone_told)
		tell(j, JOURNAL_NEWS_GONE, error, 0);
	j->gone_told = true;
	timer_set(j->setup.timers, &j->again, boot_after_ns(j->retry_ns));
	j->retry_ns = j->retry_ns * 2 < RETRY_LAST ? j->retry_ns * 2 : RETRY_LAST;
}

/* Whether it is there. */
static bool reconnect(struct journal *j)
{
	int err;

	hang_up(j);
	j->fd = journal_socket_open(j->setup.path);
	err = j->fd < 0 ? j->fd : loop_add(j->setup.loop, j->fd, 0, on_room, j);
	if (err) {
		if (j->fd >= 0)
			close(j->fd);
		j->fd = -1;
		connect_later(j, -err);
		return false;
	}
	return true;
}

/* --- sending ------------------------------------------------------------------------ */

/* Connecting is no proof yet. */
static void reached(struct journal *j)
{
	j->retry_ns = RETRY_FIRST;
	if (j->gone_told)
		tell(j, JOURNAL_NEWS_BACK, 0, 0);
	j->gone_told = false;
	j->reached = true;
}

static long send_entry(const struct journal *j, const struct journal_entry *entry)
{
	bool late = boot_now_ns() - entry->made_ns > MOMENT;

	return journal_socket_send(j->fd, entry->data, late ? entry->lasting : entry->len);
}

/*
 * A success proves that there was somebody to read what was read by then. The
 * last of it may be at work with still.
 */
static long send_first(struct journal *j)
{
	bool look = j->sent_since_look >= LOOK_EVERY;
	size_t unread = look ? journal_socket_unread(j->fd) : 0;
	long sent = send_entry(j, journal_queue_first(&j->queue));

	if (sent < 0)
		return sent;
	reached(j);
	if (look) {
		journal_queue_read(&j->queue, unread, 1);
		j->sent_since_look = 0;
	}
	journal_queue_sent(&j->queue, (size_t)sent);
	j->sent_since_look++;
	return sent;
}

static void wait_for_room(struct journal *j, long error)
{
	if (error == -EAGAIN)
		j->blocked = !loop_modify(j->setup.loop, j->fd, EPOLLOUT);
	if (!j->blocked)
		timer_set(j->setup.timers, &j->again, boot_after_ns(RETRY_MEMORY));
}

static void add(struct journal *j, size_t lasting, enum journal_part part)
{
	uint64_t now = boot_now_ns();

	if (j->line.failed) {
		buf_free(&j->line);
		journal_queue_lose(&j->queue, now);
	} else {
		journal_queue_add(&j->queue, j->line.data, j->line.len, lasting, part, now);
	}
	buf_clear(&j->line);
	if (j->queue.losses.count && !j->losing_told)
		tell(j, JOURNAL_NEWS_LOSING, 0, j->queue.losses.count);
	j->losing_told = j->queue.losses.count;
}

static void tell_losses(struct journal *j)
{
	struct journal_losses losses = j->queue.losses;

	if (!losses.count || !journal_queue_has_ease(&j->queue))
		return;
	j->queue.losses = (struct journal_losses){ 0 };
	journal_put_untold(losses.count, losses.from_ns, losses.to_ns, ++j->seq, &j->line);
	add(j, j->line.len, JOURNAL_ALL);
	tell(j, JOURNAL_NEWS_LOST, 0, losses.count);
}

/*
 * Whether the first that waits is to be tried again. A journal that hung up is
 * called once at once, for it may have been restarted; then later.
 */
static bool take_failure(struct journal *j, long error, bool *called)
{
	if (error == -EMSGSIZE) {
		journal_queue_drop_first(&j->queue, boot_now_ns());
		return true;
	}
	if (error == -EAGAIN || error == -ENOBUFS) {
		wait_for_room(j, error);
		return false;
	}
	if (*called) {
		hang_up(j);
		connect_later(j, (int)-error);
		return false;
	}
	*called = true;
	return reconnect(j);
}

/* Sends what waits, until it is refused. */
static void flush(struct journal *j)
{
	bool called = false;

	while (j->fd >= 0 && !j->blocked) {
		long sent;

		tell_losses(j);
		if (!journal_queue_first(&j->queue))
			break;
		sent = send_first(j);
		if (sent < 0 && !take_failure(j, sent, &called))
			break;
	}
	if (j->queue.n_sent && !j->look.set)
		timer_set(j->setup.timers, &j->look, boot_after_ns(LOOK_AFTER));
}

static void on_again(void *arg)
{
	struct journal *j = arg;

	if (j->fd >= 0 || reconnect(j))
		flush(j);
}

/*
 * Whether what was sent has been read. If it was, or if nobody is left who could,
 * nothing of it is in the queue: a probe tells which.
 */
static void on_look(void *arg)
{
	struct journal *j = arg;
	size_t unread = journal_socket_unread(j->fd);
	int err = unread ? 0 : journal_socket_probe(j->fd);

	if (err && err != -EAGAIN && err != -ENOBUFS && err != -ENOMEM) {
		if (reconnect(j))
			flush(j);
		return;
	}
	if (!err)
		journal_queue_read(&j->queue, unread, j->sent_since_look ? 1 : 0);
	j->sent_since_look = 0;
	if (j->queue.n_sent)
		timer_set(j->setup.timers, &j->look, boot_after_ns(LOOK_AFTER));
}

/* --- what others call --------------------------------------------------------------- */

struct journal *journal_new(const struct journal_setup *setup)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->setup = *setup;
	j->fd = -1;
	j->retry_ns = RETRY_FIRST;
	j->again = (struct timer){ .fire = on_again, .arg = j };
	j->look = (struct timer){ .fire = on_look, .arg = j };
	journal_queue_init(&j->queue, setup->max_bytes, setup->max_entries);
	reconnect(j);
	return j;
}

static void enqueue(struct journal *j, size_t lasting, enum journal_part part)
{
	add(j, lasting, part);
	if (j->blocked && j->queue.n % TRY_EVERY == 0)
		on_room(j);
	else
		flush(j);
}

static enum journal_part part_of(const struct event *event)
{
	if (event->connection)
		return JOURNAL_QUARTER;
	return event->kind == EVENT_LOST || journal_event_is_alert(event) ? JOURNAL_ALL :
									    JOURNAL_HALF;
}

void journal_event(struct journal *journal, struct enrich *enrich, const struct event *event)
{
	size_t lasting;

	tell_losses(journal);
	lasting = journal_put_event(event, enrich, ++journal->seq, &journal->line);
	enqueue(journal, lasting, part_of(event));
}

void journal_note(struct journal *journal, enum journal_kind kind, const char *text)
{
	tell_losses(journal);
	journal_put_note(kind, text, ++journal->seq, &journal->line);
	enqueue(journal, journal->line.len, JOURNAL_ALL);
}

struct journal_counts journal_counts(const struct journal *journal)
{
	const struct journal_queue *queue = &journal->queue;

	return (struct journal_counts){
		.entries = journal->seq,
		.lost = queue->lost,
		.untold = queue->losses.count,
		.waiting = queue->n - queue->n_sent,
	};
}

bool journal_was_reached(const struct journal *journal)
{
	return journal->reached;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	hang_up(journal);
	timer_cancel(&journal->again);
	journal_queue_free(&journal->queue);
	buf_free(&journal->line);
	free(journal);
}
