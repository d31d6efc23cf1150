// SPDX-License-Identifier: GPL-2.0-only
#include "trace/walk.h"

#include "base/buf.h"
#include "base/first_namespace.h"
#include "trace/beside.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

struct walk {
	struct trace *trace;
	struct snapshot_page *page;
	unsigned int parts; /* into which the processes are divided, by who walks */
	unsigned int part;
	records_fn take;
	void *arg;
};

static int take_page(const struct walk *walk)
{
	struct snapshot_page *page = walk->page;
	size_t len = __atomic_load_n(&page->len, __ATOMIC_ACQUIRE);
	int err;

	if (!len)
		return 0;
	err = walk->take((const char *)page->bytes, len < SNAPSHOT_PAGE ? len : SNAPSHOT_PAGE,
			 walk->arg);
	__atomic_store_n(&page->len, 0, __ATOMIC_RELEASE);
	return err;
}

/*
 * What it finds comes in the page alone. EAGAIN: it stopped at a process, since the page was
 * full or there are more descriptors than it looks at in one go.
 */
static int run(void *arg)
{
	const struct walk *walk = arg;
	int fd = bpf_iter_create(bpf_link__fd(walk->trace->iter_holders)), err = 0;
	ssize_t n = -1;
	char none;

	if (fd < 0)
		return -errno;
	walk->page->tid = (__u32)gettid();
	walk->page->parts = walk->parts;
	walk->page->part = walk->part;
	walk->page->len = 0;
	while (!err && n) {
		n = read(fd, &none, sizeof(none));
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			err = -errno;
		else
			err = take_page(walk);
	}
	close(fd);
	return err;
}

/* From those who walk to who takes. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct buf waiting;
	unsigned int walking;
};

static int put_in_queue(const char *data, size_t size, void *arg)
{
	struct queue *queue = arg;
	int err;

	pthread_mutex_lock(&queue->lock);
	buf_put(&queue->waiting, data, size);
	err = queue->waiting.failed ? -ENOMEM : 0;
	pthread_cond_signal(&queue->more);
	pthread_mutex_unlock(&queue->lock);
	return err;
}

static int run_for_queue(void *arg)
{
	struct walk *walk = arg;
	struct queue *queue = walk->arg;
	int err = run(walk);

	pthread_mutex_lock(&queue->lock);
	queue->walking--;
	pthread_cond_signal(&queue->more);
	pthread_mutex_unlock(&queue->lock);
	return err;
}

/* Waits for what is next, in exchange for an empty buffer. False: nothing comes any more. */
static bool next(struct queue *queue, struct buf *taken)
{
	struct buf empty = *taken;

	pthread_mutex_lock(&queue->lock);
	while (!queue->waiting.len && queue->walking)
		pthread_cond_wait(&queue->more, &queue->lock);
	*taken = queue->waiting;
	queue->waiting = empty;
	pthread_mutex_unlock(&queue->lock);
	return taken->len;
}

static int take_all(struct queue *queue, records_fn take, void *arg)
{
	struct buf taken = { 0 };
	int err = 0;

	while (next(queue, &taken)) {
		if (!err)
			err = take(taken.data, taken.len, arg);
		buf_clear(&taken);
	}
	buf_free(&taken);
	return err;
}

static int walk_by_two(struct trace *trace, records_fn take, void *arg)
{
	struct queue queue = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, { 0 }, 2 };
	struct walk walks[2];
	struct beside beside[2];
	int err, walk_err[2];

	for (unsigned int i = 0; i < 2; i++) {
		walks[i] = (struct walk){ trace, &trace->pages[i], 2, i, put_in_queue, &queue };
		beside_start(&beside[i], run_for_queue, &walks[i]);
	}
	err = take_all(&queue, take, arg);
	for (int i = 0; i < 2; i++)
		walk_err[i] = beside_join(&beside[i]);
	buf_free(&queue.waiting);
	if (!err)
		err = walk_err[0] ? walk_err[0] : walk_err[1];
	return err;
}

/*
 * Nearly all of it is waiting for memory, so that two take half of the time. Beside hooks
 * nobody is in a hurry; and the kernel side tells the two apart by a number that is another
 * in a pid namespace.
 */
bool walk_may_be_two(const struct trace *trace)
{
	cpu_set_t cpus;

	return trace->tables_only && in_first_namespace("pid", PID_INIT_INO) &&
	       !sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) > 1;
}

int walk_holders(struct trace *trace, records_fn take, void *arg)
{
	struct walk alone = { trace, &trace->pages[0], 1, 0, take, arg };

	trace->pages[1].tid = 0;
	return walk_may_be_two(trace) ? walk_by_two(trace, take, arg) : run(&alone);
}
